"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { GroupView } from "#lib/contracts/groups.ts";
import { GROUP_NEEDS_REASON, type GroupMove } from "#lib/domain/group.ts";
import { ReasonForm } from "../homeservers/reason-form.tsx";
import { useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";
import { ConsentForm } from "./consent-form.tsx";
import { ProposeForm } from "./propose-form.tsx";

type Allowed = GroupView["allowed"][number];
type Chosen = { readonly move: GroupMove; readonly about?: string } | { readonly move: "propose" };
type Sent = Omit<Parameters<typeof acts.decideGroup>[1], "as" | "digest">;

/** Of what the act is about: a newcomer's entry, the agency's own terms, or the group's. */
const digestFor = (group: GroupView, { as }: Allowed, { move, about }: Sent): string => {
  const whose = move === "admit" ? about : as?.id;
  return group.members.find(({ agency }) => agency.id === whose)?.digest ?? group.digest;
};

const useDecide = (group: GroupView, allowed: Allowed, onDone: () => void) => {
  const t = useTranslations("groups");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (sent: Sent) =>
      acts.decideGroup(
        group.id,
        { ...sent, ...(allowed.as === null ? {} : { as: allowed.as.id }), digest: digestFor(group, allowed, sent) },
        group.version,
      ),
    onSuccess: (view, { move }) => {
      client.setQueryData(queries.group(group.id).queryKey, view);
      void client.invalidateQueries({ queryKey: ["groups"] });
      say(t(`done.${move}`));
      onDone();
    },
    onError: () => client.invalidateQueries({ queryKey: ["group", group.id] }),
  });
};

type Row = { readonly chosen: Chosen; readonly label: string; readonly primary: boolean };

const useRows = ({ moves, admit, except, propose }: Allowed): readonly Row[] => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  return [
    ...moves.flatMap((move) =>
      move === "admit" || move === "except"
        ? []
        : [{ chosen: { move }, label: t(`open.${move}`), primary: move === "request" || move === "consent" }],
    ),
    ...admit.map(({ id, name }) => ({
      chosen: { move: "admit", about: id } as const,
      label: t("open.admit", { about: nameOf(name) }),
      primary: true,
    })),
    ...(propose ? [{ chosen: { move: "propose" } as const, label: t("open.propose"), primary: false }] : []),
    ...(except.length > 0 ? [{ chosen: { move: "except" } as const, label: t("open.except"), primary: false }] : []),
  ];
};

/** From whom: the reason is asked for once somebody is chosen. */
const Except = ({
  allowed,
  children,
}: {
  readonly allowed: Allowed;
  readonly children: (about: string) => ReactNode;
}) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  const [about, setAbout] = useState("");
  return (
    <div className="no-print mt-4">
      <SelectInput
        name="group-except-whom"
        label={t("exceptWhom")}
        value={about}
        onChange={setAbout}
        options={allowed.except.map(({ id, name }) => ({ value: id, label: nameOf(name) }))}
      />
      {about === "" ? null : children(about)}
    </div>
  );
};

const Form = ({
  group,
  allowed,
  chosen,
  onDone,
}: {
  readonly group: GroupView;
  readonly allowed: Allowed;
  readonly chosen: Chosen;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  const decide = useDecide(group, allowed, onDone);
  if (chosen.move === "propose") return <ProposeForm group={group} as={allowed.as?.id} onDone={onDone} />;
  if (chosen.move === "except" && chosen.about === undefined)
    return (
      <Except allowed={allowed}>
        {(about) => <Form group={group} allowed={allowed} chosen={{ move: "except", about }} onDone={onDone} />}
      </Except>
    );
  const { move, about: id } = chosen;
  const about = id === undefined ? {} : { about: id };
  const other = group.members.find(({ agency }) => agency.id === id)?.agency;
  const params = { about: other === undefined ? "" : nameOf(other.name) };
  const given = { error: decide.error, isPending: decide.isPending, onCancel: onDone };
  if (GROUP_NEEDS_REASON.has(move))
    return (
      <ReasonForm
        {...given}
        name={`group-${move}`}
        title={t(`form.${move}`, params)}
        means={t(`means.${move}`, params)}
        button={t(`form.${move}`, params)}
        onSubmit={(reason) => decide.mutate({ move, reason, ...about })}
      />
    );
  return (
    <ConsentForm
      {...given}
      title={t(`form.${move}`, params)}
      means={t(`means.${move}`, params)}
      asksLevel={move === "consent" && group.kind === "task_force"}
      asksNumber={move !== "request"}
      onSubmit={(more) => decide.mutate({ move, ...about, ...more })}
    />
  );
};

const For = ({ group, allowed }: { readonly group: GroupView; readonly allowed: Allowed }) => {
  const [chosen, setChosen] = useState<Chosen>();
  const rows = useRows(allowed);
  if (chosen !== undefined)
    return <Form group={group} allowed={allowed} chosen={chosen} onDone={() => setChosen(undefined)} />;
  return (
    <div className="no-print mt-4 flex flex-wrap gap-3">
      {rows.map(({ chosen: each, label, primary }) => (
        <Button key={label} look={primary ? "primary" : "plain"} onPress={() => setChosen(each)}>
          {label}
        </Button>
      ))}
    </div>
  );
};

/** What the reader may do now, for the agency for which they act or as a coordinator. */
export const GroupActs = ({ group }: { readonly group: GroupView }) => {
  const { agency, agencies } = useMe();
  const mine = group.allowed.filter(({ as }) => as === null || as.id === agency?.id || agencies.length === 1);
  return (
    <>
      {mine.map((allowed) => (
        <For key={allowed.as?.id ?? "coordinator"} group={group} allowed={allowed} />
      ))}
    </>
  );
};
