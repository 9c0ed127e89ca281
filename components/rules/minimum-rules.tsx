"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ClauseForm, MinimumRulesView } from "#lib/contracts/rules.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";
import { ClauseFields, fieldOf } from "./clause-fields.tsx";
import { ClauseList } from "./clauses.tsx";
import { clausesOf, type Draft, draftOf } from "./draft.ts";

type FormProps = { readonly rules: MinimumRulesView; readonly onDone: () => void };

const useSave = (number: number, onDone: () => void) => {
  const t = useTranslations("rules");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (clauses: ClauseForm[]) => acts.setMinimumRules({ number, clauses }),
    onSuccess: (view) => {
      client.setQueryData(queries.minimumRules().queryKey, view);
      say(t("saved"));
      onDone();
    },
  });
};

const Form = ({ rules, onDone }: FormProps) => {
  const t = useTranslations("rules");
  const [draft, setDraft] = useState<Draft>(() => draftOf(rules.clauses));
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const save = useSave(rules.number, onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { clauses, faulty } = clausesOf(draft);
    setFaults(faulty.map((kind) => ({ field: fieldOf(kind), sentence: t(`missing.${kind}`) })));
    if (faulty.length === 0) save.mutate(clauses);
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={save.error} />
      <ClauseFields draft={draft} change={(more) => setDraft((before) => ({ ...before, ...more }))} faults={faults} />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={save.isPending}>
          {t("save")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Shown = ({ rules }: { readonly rules: MinimumRulesView }) => {
  const t = useTranslations("rules");
  if (rules.clauses.length === 0) return <EmptyState>{t("none")}</EmptyState>;
  return (
    <>
      <ClauseList clauses={rules.clauses} />
      {rules.at === null ? null : (
        <p className="mt-3 text-sm text-quiet">
          {t("setBy", { number: rules.number, name: rules.setBy?.name ?? t("somebody") })} <When at={rules.at} />
        </p>
      )}
    </>
  );
};

/** What no agreement in the federation may undercut: read by all, set by a coordinator. */
export const MinimumRules = () => {
  const t = useTranslations("rules");
  const [editing, setEditing] = useState(false);
  const query = useQuery(queries.minimumRules());
  const edit =
    query.data?.maySet === true && !editing ? (
      <Button look="quiet" onPress={() => setEditing(true)}>
        {t("edit")}
      </Button>
    ) : undefined;
  return (
    <Section title={t("minimum")} note={t("minimumNote")} acts={edit}>
      <Loaded query={query}>
        {(rules) => (editing ? <Form rules={rules} onDone={() => setEditing(false)} /> : <Shown rules={rules} />)}
      </Loaded>
    </Section>
  );
};
