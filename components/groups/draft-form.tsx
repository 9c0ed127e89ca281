"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { GroupList } from "#lib/contracts/groups.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import { GROUP_KINDS, JOININGS } from "#lib/domain/group.ts";
import { Button } from "../ui/button.tsx";
import { Choices, ManyChoices, TextInput } from "../ui/field.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead } from "../ui/page.tsx";
import { ErrorSummary, type Fault, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useLocalName } from "../ui/when.tsx";
import { type Draft, EMPTY_DRAFT, groupOf, missingIn } from "./draft.ts";

const NONE = "none";
const DAYS = [7, 14, 30, 60, 90] as const;

type FieldProps = {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly errorOf: (field: keyof Draft) => string | undefined;
};

const What = ({ draft, change, errorOf }: FieldProps) => {
  const t = useTranslations("groups");
  return (
    <>
      <Choices
        name="kind"
        label={t("kind")}
        value={draft.kind}
        onChange={(kind) => change({ kind })}
        options={GROUP_KINDS.map((value) => ({ value, label: t(`kindOf.${value}`), hint: t(`kindHint.${value}`) }))}
      />
      <TextInput
        name="name"
        label={t("name")}
        value={draft.name}
        onChange={(name) => change({ name })}
        error={errorOf("name")}
        isRequired
      />
      <TextInput
        name="purpose"
        label={t("purpose")}
        hint={t("purposeHint")}
        value={draft.purpose}
        onChange={(purpose) => change({ purpose })}
        error={errorOf("purpose")}
        lines={3}
        isRequired
      />
      <TextInput
        name="legalBasis"
        label={t("legalBasis")}
        value={draft.legalBasis}
        onChange={(legalBasis) => change({ legalBasis })}
        error={errorOf("legalBasis")}
        lines={2}
      />
    </>
  );
};

const Members = ({ draft, change, errorOf }: FieldProps) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  const query = useInfiniteQuery(queries.agencies({ state: "active", limit: 100 }));
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const able = pages.flatMap(({ items }) => items).filter(({ homeservers }) => homeservers.length > 0);
        return (
          <>
            <ManyChoices
              name="members"
              label={t("membersLabel")}
              hint={t("membersHint")}
              error={errorOf("members")}
              value={draft.members}
              onChange={(members) => change({ members })}
              options={able.map(({ id, name, homeservers }) => ({
                value: id,
                label: nameOf(name),
                hint: <Mono>{homeservers.map(({ serverName }) => serverName).join(", ")}</Mono>,
              }))}
            />
            <More query={query} />
          </>
        );
      }}
    </Loaded>
  );
};

const Terms = ({ draft, change, errorOf }: FieldProps) => {
  const t = useTranslations("groups");
  const level = useTranslations("level");
  return (
    <>
      <Choices
        name="joining"
        label={t("joining")}
        value={draft.joining}
        onChange={(joining) => change({ joining })}
        options={JOININGS.map((value) => ({ value, label: t(`joiningOf.${value}`), hint: t(`joiningHint.${value}`) }))}
      />
      {draft.joining === "silence" ? (
        <SelectInput
          name="objectionDays"
          label={t("objection")}
          value={draft.objectionDays}
          onChange={(objectionDays) => change({ objectionDays })}
          options={DAYS.map((days) => ({ value: String(days), label: t("days", { days }) }))}
        />
      ) : null}
      <Choices
        name="ceiling"
        label={t("ceiling")}
        hint={t("ceilingHint")}
        value={draft.ceiling === "" ? NONE : draft.ceiling}
        onChange={(ceiling) => change({ ceiling: ceiling === NONE ? "" : ceiling })}
        options={[
          { value: NONE, label: t("notSaid") },
          ...LEVELS.map((each) => ({ value: String(each), label: level(`${each}`) })),
        ]}
      />
      <TextInput
        name="end"
        type="date"
        label={t("endLabel")}
        hint={t(draft.kind === "task_force" ? "endHintForce" : "endHint")}
        value={draft.end}
        onChange={(end) => change({ end })}
        error={errorOf("end")}
        narrow
      />
    </>
  );
};

const useSend = () => {
  const router = useRouter();
  const client = useQueryClient();
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (draft: Draft) => acts.draftGroup(groupOf(draft), key.current),
    onSuccess: (group) => {
      client.setQueryData(queries.group(group.id).queryKey, group);
      void client.invalidateQueries({ queryKey: ["groups"] });
      router.push(`/circles/${group.id}`);
    },
    // What is sent after a correction is another act than the one that was refused.
    onError: () => {
      key.current = newKey();
    },
  });
};

const Form = ({ drafts }: { readonly drafts: GroupList["drafts"] }) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  const [draft, setDraft] = useState<Draft>({ ...EMPTY_DRAFT, as: drafts[0]?.id ?? "" });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const send = useSend();
  const fields = useFieldErrors(send.error);
  const change = (more: Partial<Draft>): void => setDraft((before) => ({ ...before, ...more }));
  const errorOf = (field: keyof Draft) => faults.find((fault) => fault.field === field)?.sentence ?? fields[field];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = missingIn(draft);
    setFaults(missing.map((field) => ({ field, sentence: t(`missing.${field}`) })));
    if (missing.length === 0) send.mutate(draft);
  };
  return (
    <form onSubmit={submit} noValidate className="mt-6 space-y-6">
      <ErrorSummary faults={faults} error={send.error} />
      {drafts.length > 1 ? (
        <SelectInput
          name="as"
          label={t("as")}
          value={draft.as === "" ? NONE : draft.as}
          onChange={(as) => change({ as: as === NONE ? "" : as })}
          options={drafts.map((each) =>
            each === null ? { value: NONE, label: t("asCoordinator") } : { value: each.id, label: nameOf(each.name) },
          )}
        />
      ) : null}
      <What draft={draft} change={change} errorOf={errorOf} />
      <Members draft={draft} change={change} errorOf={errorOf} />
      <Terms draft={draft} change={change} errorOf={errorOf} />
      <p className="max-w-[72ch]">{t("sendMeans")}</p>
      <Button type="submit" look="primary" isPending={send.isPending}>
        {t("send")}
      </Button>
    </form>
  );
};

/** Drafts a circle or a task force: its terms and members, frozen when sent. */
export const DraftGroup = () => {
  const t = useTranslations("groups");
  const query = useQuery(queries.groups());
  return (
    <>
      <PageHead
        title={t("draftTitle")}
        answer={t("draftAnswer")}
        trail={{ href: "/circles", label: t("title"), here: t("draftTitle") }}
      />
      <Loaded query={query}>
        {({ drafts }) => (drafts.length === 0 ? <EmptyState>{t("mayNotDraft")}</EmptyState> : <Form drafts={drafts} />)}
      </Loaded>
    </>
  );
};
