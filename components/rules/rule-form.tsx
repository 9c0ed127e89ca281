"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ApprovalRuleList } from "#lib/contracts/approval-rules.ts";
import type { ClauseForm } from "#lib/contracts/rules.ts";
import { DIRECTIONS, type Direction } from "#lib/domain/approval-rule.ts";
import { endOfDay } from "../trust/draft.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";
import { ClauseFields, fieldOf } from "./clause-fields.tsx";
import { clausesOf, type Draft, draftOf } from "./draft.ts";
import { DryRun } from "./dry-run.tsx";

type RuleDraft = Draft & {
  readonly direction: string;
  readonly owner: string;
  readonly end: string;
  readonly diarienummer: string;
};
type Wish = { readonly direction: Direction; readonly clauses: ClauseForm[] };

const useActs = (agency: string, onDone: () => void) => {
  const t = useTranslations("rules");
  const client = useQueryClient();
  const say = useSay();
  const trial = useMutation({ mutationFn: (wish: Wish) => acts.tryRule(agency, wish) });
  const propose = useMutation({
    mutationFn: (body: Parameters<typeof acts.proposeRule>[1]) => acts.proposeRule(agency, body),
    onSuccess: (view) => {
      client.setQueryData(queries.approvalRules(agency).queryKey, view);
      say(t("proposed"));
      onDone();
    },
  });
  return { trial, propose };
};

type Part = { readonly draft: RuleDraft; readonly change: (more: Partial<RuleDraft>) => void };
const errorIn = (faults: readonly Fault[], field: string) => faults.find((fault) => fault.field === field)?.sentence;

const Responsible = ({
  draft,
  change,
  faults,
  owners,
}: Part & { readonly faults: readonly Fault[]; readonly owners: ApprovalRuleList["owners"] }) => {
  const t = useTranslations("rules");
  return (
    <>
      <SelectInput
        name="rule-owner"
        label={t("owner")}
        hint={t("ownerHint")}
        value={draft.owner}
        onChange={(owner) => change({ owner })}
        error={errorIn(faults, "rule-owner")}
        options={owners.map(({ id, name }) => ({ value: id, label: name ?? t("somebody") }))}
      />
      <TextInput
        name="rule-end"
        type="date"
        label={t("end")}
        hint={t("endHint")}
        value={draft.end}
        onChange={(end) => change({ end })}
        error={errorIn(faults, "rule-end")}
        isRequired
        narrow
      />
      <TextInput
        name="rule-diarienummer"
        label={t("diarienummer")}
        hint={t("diarienummerHint")}
        value={draft.diarienummer}
        onChange={(diarienummer) => change({ diarienummer })}
        narrow
      />
    </>
  );
};

const useFaults = () => {
  const t = useTranslations("rules");
  return (draft: RuleDraft, whole: boolean): readonly Fault[] => {
    const { clauses, faulty } = clausesOf(draft);
    return [
      ...(clauses.length === 0 && faulty.length === 0
        ? [{ field: "rule-kinds-member_class", sentence: t("noDemands") }]
        : []),
      ...faulty.map((kind) => ({ field: fieldOf(kind), sentence: t(`missing.${kind}`) })),
      ...(whole && draft.owner === "" ? [{ field: "rule-owner", sentence: t("noOwner") }] : []),
      ...(whole && Number.isNaN(endOfDay(draft.end)) ? [{ field: "rule-end", sentence: t("noEnd") }] : []),
    ];
  };
};

type Props = { readonly agency: string; readonly owners: ApprovalRuleList["owners"]; readonly onDone: () => void };

/** Proposes a rule: what it demands, who answers for it, until when; tried on the past year first. */
export const RuleForm = ({ agency, owners, onDone }: Props) => {
  const t = useTranslations("rules");
  const [draft, setDraft] = useState<RuleDraft>(() => ({
    ...draftOf([]),
    direction: "incoming",
    owner: "",
    end: "",
    diarienummer: "",
  }));
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const { trial, propose } = useActs(agency, onDone);
  const faultsOf = useFaults();
  const change = (more: Partial<RuleDraft>): void => setDraft((before) => ({ ...before, ...more }));
  const wish = (): Wish => ({
    direction: draft.direction === "outgoing" ? "outgoing" : "incoming",
    clauses: clausesOf(draft).clauses,
  });
  const checked = (whole: boolean): boolean => {
    const found = faultsOf(draft, whole);
    setFaults(found);
    return found.length === 0;
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const endsAt = endOfDay(draft.end);
    if (!checked(true)) return;
    const number = draft.diarienummer.trim();
    const said = number === "" ? {} : { diarienummer: number };
    propose.mutate({ ...wish(), owner: draft.owner, endsAt, ...said });
  };
  return (
    <form onSubmit={submit} noValidate className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={propose.error ?? trial.error} />
      <Choices
        name="rule-direction"
        label={t("direction.label")}
        value={draft.direction}
        onChange={(direction) => change({ direction })}
        options={DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) }))}
      />
      <ClauseFields draft={draft} change={change} faults={faults} />
      <Responsible draft={draft} change={change} faults={faults} owners={owners} />
      <div className="flex flex-wrap gap-3">
        <Button isPending={trial.isPending} onPress={() => (checked(false) ? trial.mutate(wish()) : undefined)}>
          {t("try")}
        </Button>
        <Button type="submit" look="primary" isPending={propose.isPending}>
          {t("propose")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
      {trial.data === undefined ? null : <DryRun run={trial.data} />}
    </form>
  );
};
