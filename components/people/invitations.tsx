"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { InvitationView } from "#lib/contracts/people.ts";
import { useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Rows, Section } from "../ui/page.tsx";
import { ErrorSummary, Refused, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { ShownOnce } from "./shown-once.tsx";

const INVITED_ROLES = ["administrator", "approver", "auditor"] as const;
type InvitedRole = (typeof INVITED_ROLES)[number];

type Inviting = { readonly agency: string; readonly role: InvitedRole; readonly email: string };

const useInvite = ({ agency, role, email }: Inviting, onLink: (url: string) => void, onDone: () => void) => {
  const client = useQueryClient();
  const key = useRef(newKey());
  const invite = useMutation({
    mutationFn: () => acts.invite({ role, agency, email: email === "" ? null : email }, key.current),
    onSuccess: ({ url }) => {
      void client.invalidateQueries({ queryKey: ["people", "invitations"] });
      onLink(url ?? "");
      onDone();
    },
    onError: () => {
      key.current = newKey();
    },
  });
  return invite;
};

const Invite = ({
  agency,
  onDone,
  onLink,
}: {
  readonly agency: string;
  readonly onDone: () => void;
  readonly onLink: (url: string) => void;
}) => {
  const t = useTranslations("invitations");
  const roleName = useTranslations("role");
  const [role, setRole] = useState<InvitedRole>("approver");
  const [email, setEmail] = useState("");
  const invite = useInvite({ agency, role, email }, onLink, onDone);
  const fields = useFieldErrors(invite.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={[]} error={invite.error} />
      <SelectInput
        name="role"
        label={t("role")}
        value={role}
        onChange={(value) => setRole(INVITED_ROLES.find((each) => each === value) ?? "approver")}
        options={INVITED_ROLES.map((value) => ({ value, label: roleName(value) }))}
        error={fields["role"]}
      />
      <TextInput
        name="email"
        type="email"
        label={t("email")}
        hint={t("emailHint")}
        value={email}
        onChange={setEmail}
        error={fields["email"]}
        narrow
      />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={invite.isPending}>
          {t("invite")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Row = ({
  invitation,
  revoke,
}: {
  readonly invitation: InvitationView;
  readonly revoke: (id: string) => void;
}) => {
  const t = useTranslations("invitations");
  const role = useTranslations("role");
  const nameOf = useLocalName();
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5">
      <b className="font-semibold">{role(invitation.role)}</b>
      <span>{invitation.agency === null ? "" : nameOf(invitation.agency.name)}</span>
      <span className="text-sm text-quiet">{invitation.email ?? t("noMail")}</span>
      <span className="ml-auto text-xs text-quiet">
        {t(`state.${invitation.state}`)} · {t("expires")} <When at={invitation.expiresAt} />
      </span>
      {invitation.state === "open" ? (
        <Button
          look="grave"
          onPress={() => revoke(invitation.id)}
          aria-label={t("revokeRole", { role: role(invitation.role) })}
        >
          {t("revoke")}
        </Button>
      ) : null}
    </li>
  );
};

/** One-time invitations: each gives one person one role. */
export const Invitations = () => {
  const t = useTranslations("invitations");
  const { agency } = useMe();
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState("");
  const query = useInfiniteQuery(queries.invitations());
  const revoke = useMutation({
    mutationFn: acts.revokeInvitation,
    onSettled: () => client.invalidateQueries({ queryKey: ["people", "invitations"] }),
  });
  const begin =
    agency === undefined || inviting ? undefined : <Button onPress={() => setInviting(true)}>{t("new")}</Button>;
  return (
    <Section title={t("title")} acts={begin}>
      {link === "" ? null : <ShownOnce label={t("shownOnce")} secret={link} onDone={() => setLink("")} />}
      {inviting && agency !== undefined ? (
        <Invite agency={agency.id} onDone={() => setInviting(false)} onLink={setLink} />
      ) : null}
      <Refused error={revoke.error} />
      <Loaded query={query}>
        {({ pages }) => {
          const invitations = pages.flatMap(({ items }) => items);
          return invitations.length === 0 ? (
            <EmptyState>{t("empty")}</EmptyState>
          ) : (
            <>
              <Rows label={t("title")}>
                {invitations.map((invitation) => (
                  <Row key={invitation.id} invitation={invitation} revoke={(id) => revoke.mutate(id)} />
                ))}
              </Rows>
              <More query={query} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
};
