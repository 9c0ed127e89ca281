"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgencyView, UpdateAgency } from "#lib/contracts/directory.ts";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";

type Draft = {
  readonly sv: string;
  readonly en: string;
  readonly memberClass: AgencyView["memberClass"];
  readonly country: string;
  readonly approversRequired: 1 | 2;
};

const draftOf = ({ name, memberClass, country, approversRequired }: AgencyView): Draft => ({
  ...name,
  memberClass,
  country,
  approversRequired,
});

/** Only what differs is sent: what the reader may not change must not stand in the way of what they may. */
const changesIn = (agency: AgencyView, draft: Draft): z.input<typeof UpdateAgency> => ({
  ...(draft.sv === agency.name.sv && draft.en === agency.name.en ? {} : { name: { sv: draft.sv, en: draft.en } }),
  ...(draft.memberClass === agency.memberClass ? {} : { memberClass: draft.memberClass }),
  ...(draft.country === agency.country ? {} : { country: draft.country.trim().toUpperCase() }),
  ...(draft.approversRequired === agency.approversRequired ? {} : { approversRequired: draft.approversRequired }),
});

const useSave = (agency: AgencyView, onDone: () => void) => {
  const t = useTranslations("agency");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (draft: Draft) => acts.updateAgency(agency.id, changesIn(agency, draft), agency.version),
    onSuccess: (view) => {
      client.setQueryData(queries.agency(agency.id).queryKey, view);
      for (const topic of ["agencies", "session", "changes"]) void client.invalidateQueries({ queryKey: [topic] });
      say(t(view.openChanges.length > agency.openChanges.length ? "proposed" : "saved"));
      onDone();
    },
  });
};

type Part = {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly errors: Readonly<Record<string, string>>;
};

/** What the federation vouches for: the coordinator's to change. */
const Identity = ({ draft, change, errors }: Part) => {
  const form = useTranslations("agencyForm");
  const t = useTranslations("agency");
  const memberClass = useTranslations("memberClass");
  return (
    <>
      <TextInput
        name="agency-sv"
        label={form("nameSv")}
        value={draft.sv}
        onChange={(sv) => change({ sv })}
        error={errors["name.sv"]}
        isRequired
      />
      <TextInput
        name="agency-en"
        label={form("nameEn")}
        value={draft.en}
        onChange={(en) => change({ en })}
        error={errors["name.en"]}
        isRequired
      />
      <SelectInput
        name="agency-class"
        label={form("memberClass")}
        value={draft.memberClass}
        onChange={(value) =>
          change({ memberClass: MEMBER_CLASSES.find((each) => each === value) ?? draft.memberClass })
        }
        options={MEMBER_CLASSES.map((value) => ({ value, label: memberClass(value) }))}
        error={errors["memberClass"]}
      />
      <TextInput
        name="agency-country"
        label={t("country")}
        hint={t("countryHint")}
        value={draft.country}
        onChange={(country) => change({ country })}
        error={errors["country"]}
        narrow
        isRequired
      />
    </>
  );
};

/** Changes what an agency is called and how many approvers it asks of itself; fewer becomes a proposal. */
export const DetailsForm = ({ agency, onDone }: { readonly agency: AgencyView; readonly onDone: () => void }) => {
  const t = useTranslations("agency");
  const [draft, setDraft] = useState(() => draftOf(agency));
  const save = useSave(agency, onDone);
  const errors = useFieldErrors(save.error);
  const change = (more: Partial<Draft>): void => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (Object.keys(changesIn(agency, draft)).length === 0) onDone();
    else save.mutate(draft);
  };
  const guarded = agency.approversRequired === 2 && agency.state === "active";
  return (
    <form
      onSubmit={submit}
      noValidate
      aria-label={t("editTitle")}
      className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4"
    >
      <ErrorSummary faults={[]} error={save.error} />
      {agency.allowed.includes("update_identity") ? <Identity draft={draft} change={change} errors={errors} /> : null}
      <Choices
        name="approvers"
        label={t("approversLabel")}
        hint={t("approversHint")}
        value={String(draft.approversRequired)}
        onChange={(value) => change({ approversRequired: value === "2" ? 2 : 1 })}
        error={errors["approversRequired"]}
        options={[
          { value: "1", label: t("approversOne"), ...(guarded ? { hint: t("fewerHint") } : {}) },
          { value: "2", label: t("approversTwo") },
        ]}
      />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={save.isPending}>
          {t("saveDetails")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
