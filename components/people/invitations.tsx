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
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { ShownOnce } from "./shown-once.tsx";

const AGENCY_ROLES = ["administrator", "approver", "auditor"] as const;
type InvitedRole = (typeof AGENCY_ROLES)[number] | "coordinator" | "operator";

/** Where somebody is invited to: an agency, an operator, or (neither) the federation. */
type Place = { readonly agency?: string | undefined; readonly operator?: string | undefined };
type Inviting = Place & { readonly role: InvitedRole; readonly email: string };

const useInvite = ({ agency, operator, role, email }: Inviting, onLink: (url: string) => void, onDone: () => void) => {
  const t = useTranslations("invitations");
  const client = useQueryClient();
  const say = useSay();
  const key = useRef(newKey());
  const invite = useMutation({
    mutationFn: () =>
      acts.invite(
        {
          role,
          agency: role === "coordinator" ? null : (agency ?? null),
          operator: operator ?? null,
          email: email === "" ? null : email,
        },
        key.current,
      ),
    onSuccess: ({ url, mailed }) => {
      if (mailed) say(t("mailed"));
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

const rolesIn = ({ agency, operator }: Place, isCoordinator: boolean): readonly InvitedRole[] =>
  operator !== undefined
    ? ["operator"]
    : [...(agency === undefined ? [] : AGENCY_ROLES), ...(isCoordinator ? (["coordinator"] as const) : [])];

const Invite = ({
  agency,
  operator,
  onDone,
  onLink,
}: Place & {
  readonly onDone: () => void;
  readonly onLink: (url: string) => void;
}) => {
  const t = useTranslations("invitations");
  const roleName = useTranslations("role");
  const { isCoordinator } = useMe();
  const roles = rolesIn({ agency, operator }, isCoordinator);
  const [role, setRole] = useState<InvitedRole>(roles[0] ?? "coordinator");
  const [email, setEmail] = useState("");
  const invite = useInvite({ agency, operator, role, email }, onLink, onDone);
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
        onChange={(value) => setRole(roles.find((each) => each === value) ?? role)}
        options={roles.map((value) => ({ value, label: roleName(value) }))}
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
      <span>{invitation.agency === null ? invitation.operator?.name : nameOf(invitation.agency.name)}</span>
      <span className="text-sm text-quiet">{invitation.email ?? t("noMail")}</span>
      <span className="ml-auto text-xs text-quiet">
        {t(`state.${invitation.state}`)}
        {invitation.redeemedBy === null ? (
          <>
            {" "}
            · {t("expires")} <When at={invitation.expiresAt} />
          </>
        ) : (
          <> {t("redeemedBy", { name: invitation.redeemedBy.name ?? "–" })}</>
        )}
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

/** For a coordinator: brings in somebody of the company or office that runs a homeserver. */
export const InviteOperator = ({ operator }: { readonly operator: { readonly id: string; readonly name: string } }) => {
  const t = useTranslations("invitations");
  const { isCoordinator } = useMe();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState("");
  if (!isCoordinator) return null;
  return (
    <>
      {link === "" ? null : <ShownOnce label={t("shownOnce")} secret={link} onDone={() => setLink("")} />}
      {inviting ? (
        <Invite operator={operator.id} onDone={() => setInviting(false)} onLink={setLink} />
      ) : (
        <Button onPress={() => setInviting(true)}>{t("newAt", { name: operator.name })}</Button>
      )}
    </>
  );
};

/** One-time invitations, each for one person and one role; `only`: to that agency alone. */
export const Invitations = ({ agency, only }: { readonly agency: string | undefined; readonly only?: boolean }) => {
  const t = useTranslations("invitations");
  const { isCoordinator } = useMe();
  const say = useSay();
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState("");
  const query = useInfiniteQuery(queries.invitations(only === true ? { agency } : {}));
  const revoke = useMutation({
    mutationFn: acts.revokeInvitation,
    onSuccess: () => say(t("revoked")),
    onSettled: () => client.invalidateQueries({ queryKey: ["people", "invitations"] }),
  });
  const begin =
    (agency === undefined && !isCoordinator) || inviting ? undefined : (
      <Button onPress={() => setInviting(true)}>{t("new")}</Button>
    );
  return (
    <Section title={t("title")} note={t("intro")} acts={begin}>
      {link === "" ? null : <ShownOnce label={t("shownOnce")} secret={link} onDone={() => setLink("")} />}
      {inviting ? <Invite agency={agency} onDone={() => setInviting(false)} onLink={setLink} /> : null}
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
