"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ContentInput, ContentView } from "#lib/contracts/terms.ts";
import type { TermsView } from "#lib/contracts/trust.ts";
import { NAMED_LEVELS } from "#lib/domain/classification.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { endOfDay } from "./draft.ts";

/** The content in force as a request gives it: what is not changed here stays as it is. A trial that goes on is none. */
const keptContent = (content: ContentView | null, conditions: string): z.input<typeof ContentInput> => {
  const level = NAMED_LEVELS.find((each) => each === String(content?.ceiling ?? ""));
  return {
    ...(content === null || content.laws.length === 0 ? {} : { laws: content.laws }),
    ...(content === null || content.secrecy === null ? {} : { secrecy: content.secrecy }),
    ...(level === undefined ? {} : { ceiling: level }),
    ...(content === null || content.personalData === null ? {} : { personalData: content.personalData }),
    ...(content === null || content.residency === null ? {} : { residency: content.residency }),
    ...(content === null || content.contacts.length === 0 ? {} : { contacts: content.contacts }),
    ...(content === null || content.offlineMs === null ? {} : { offlineMs: content.offlineMs }),
    ...(content === null || content.attachments.length === 0 ? {} : { attachments: content.attachments }),
    ...(conditions.trim() === "" ? {} : { conditions: conditions.trim() }),
  };
};

type Props = {
  readonly agreement: string;
  readonly terms: TermsView;
  readonly as: string;
  readonly onDone: () => void;
};
type Answers = { readonly purpose: string; readonly end: string; readonly conditions: string };

const usePropose = ({ agreement, terms, as, onDone }: Props, { purpose, end, conditions }: Answers) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      acts.proposeAmendment(agreement, {
        as,
        purpose: purpose.trim(),
        ...(terms.legalBasis === null ? {} : { legalBasis: terms.legalBasis }),
        ...(terms.start === null ? {} : { start: terms.start }),
        ...(end !== "" ? { end: endOfDay(end) } : terms.end === null ? {} : { end: terms.end }),
        content: keptContent(terms.content, conditions),
      }),
    onSuccess: (view) => {
      client.setQueryData(queries.amendment(agreement).queryKey, view);
      onDone();
    },
  });
};

/** Proposes another purpose, end or conditions; the rest of the terms stays as it is. */
export const AmendForm = ({ agreement, terms, as, onDone }: Props) => {
  const t = useTranslations("amendment");
  const [purpose, setPurpose] = useState(terms.purpose);
  const [end, setEnd] = useState("");
  const [conditions, setConditions] = useState(terms.content?.conditions ?? "");
  const propose = usePropose({ agreement, terms, as, onDone }, { purpose, end, conditions });
  const fields = useFieldErrors(propose.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    propose.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="no-print space-y-5">
      <ErrorSummary faults={[]} error={propose.error} />
      <TextInput
        name="purpose"
        label={t("form.purpose")}
        value={purpose}
        onChange={setPurpose}
        error={fields["purpose"]}
        lines={3}
      />
      <TextInput
        name="end"
        type="date"
        label={t("form.end")}
        hint={t("form.endHint")}
        value={end}
        onChange={setEnd}
        error={fields["end"]}
        narrow
      />
      <TextInput
        name="conditions"
        label={t("form.conditions")}
        value={conditions}
        onChange={setConditions}
        error={fields["content.conditions"]}
        lines={4}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={propose.isPending}>
          {t("form.send")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("form.cancel")}
        </Button>
      </div>
    </form>
  );
};
