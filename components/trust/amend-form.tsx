"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { TermsView } from "#lib/contracts/trust.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { amendFaults, amendmentOf, draftFrom } from "./amend-draft.ts";
import { useContentAnswers } from "./content-answers.ts";
import { ContentStep } from "./content-step.tsx";
import type { Draft, DraftFault } from "./draft.ts";
import { DatesStep, PurposeStep } from "./request-steps.tsx";

type Props = {
  readonly agreement: string;
  readonly terms: TermsView;
  readonly as: string;
  readonly onDone: () => void;
};

const usePropose = ({ agreement, terms, as, onDone }: Props) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: Draft) => acts.proposeAmendment(agreement, amendmentOf(draft, terms, as)),
    onSuccess: (view) => {
      client.setQueryData(queries.amendment(agreement).queryKey, view);
      onDone();
    },
  });
};

/** Every answer of a draft by its question, in words. */
const useAnswers = (draft: Draft): ReadonlyMap<string, string> => {
  const t = useTranslations("request");
  const said = useContentAnswers(draft);
  return new Map([
    [t("answer.purpose"), draft.purpose.trim()],
    [t("answer.legalBasis"), draft.legalBasis.trim()],
    ...said.map(({ question, answer }) => [question, answer] as const),
    [t("answer.start"), `${draft.start} ${draft.startTime}`.trim()],
    [t("trial.label"), draft.trial ? t("trial.option") : ""],
    [t("answer.end"), draft.end],
  ]);
};

/** What the proposal would change, before anybody has seen it. */
const Changes = ({ before, after }: { readonly before: Draft; readonly after: Draft }) => {
  const t = useTranslations("amendment");
  const [was, now] = [useAnswers(before), useAnswers(after)];
  const rows = [...new Set([...was.keys(), ...now.keys()])].flatMap((question) => {
    const [old, fresh] = [was.get(question) ?? "", now.get(question) ?? ""];
    return old === fresh ? [] : [{ question, old: old === "" ? "–" : old, fresh: fresh === "" ? "–" : fresh }];
  });
  if (rows.length === 0) return <p>{t("form.same")}</p>;
  return (
    <dl className="max-w-3xl divide-y divide-line rounded border border-line">
      {rows.map(({ question, old, fresh }) => (
        <div key={question} className="grid gap-x-4 px-4 py-2 sm:grid-cols-[160px_1fr_1fr]">
          <dt className="text-quiet">{question}</dt>
          <dd className="whitespace-pre-line [overflow-wrap:anywhere]">{t("was", { value: old })}</dd>
          <dd className="font-semibold whitespace-pre-line [overflow-wrap:anywhere]">{t("now", { value: fresh })}</dd>
        </div>
      ))}
    </dl>
  );
};

const useForm = (props: Props) => {
  const [before] = useState(() => draftFrom(props.terms));
  const [draft, setDraft] = useState(before);
  const [faults, setFaults] = useState<readonly DraftFault[]>([]);
  const [checking, setChecking] = useState(false);
  const propose = usePropose(props);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = amendFaults(draft);
    setFaults(found);
    if (found.length > 0) return;
    if (checking) propose.mutate(draft);
    else setChecking(true);
  };
  const change = (more: Partial<Draft>): void => setDraft((said) => ({ ...said, ...more }));
  return { before, draft, change, faults, checking, setChecking, propose, submit };
};

/** Proposes new terms: every question of a request but whom and which servers, answered as the terms in force are. */
export const AmendForm = (props: Props) => {
  const t = useTranslations("amendment");
  const request = useTranslations("request");
  const { before, draft, change, faults, checking, setChecking, propose, submit } = useForm(props);
  const fields = useFieldErrors(propose.error);
  const errorOf = (field: keyof Draft): string | undefined => {
    const fault = faults.find((each) => each.field === field);
    return fault === undefined ? (fields[field] ?? fields[`content.${field}`]) : request(`fault.${fault.key}`);
  };
  const questions = { draft, change, errorOf, home: props.as };
  return (
    <form onSubmit={submit} noValidate className="no-print space-y-5">
      <ErrorSummary
        faults={faults.map(({ field, key }) => ({ field, sentence: request(`fault.${key}`) }))}
        error={propose.error}
      />
      {checking ? (
        <Changes before={before} after={draft} />
      ) : (
        <>
          <PurposeStep {...questions} />
          <ContentStep {...questions} />
          <Section title={request("title.dates")}>
            <DatesStep {...questions} />
          </Section>
        </>
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={propose.isPending}>
          {checking ? t("form.send") : t("form.check")}
        </Button>
        {checking ? <Button onPress={() => setChecking(false)}>{t("form.back")}</Button> : null}
        <Button look="quiet" onPress={props.onDone}>
          {t("form.cancel")}
        </Button>
      </div>
    </form>
  );
};
