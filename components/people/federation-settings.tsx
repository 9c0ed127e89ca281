"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { FederationView } from "#lib/contracts/federation.ts";
import { useMe } from "../shell/session.tsx";
import { Button, TextLink } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono, Notice, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

type Draft = { readonly name: string; readonly requiredAcr: string; readonly terms: string };

const useSave = (federation: FederationView, onDone: () => void) => {
  const t = useTranslations("federationSettings");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: ({ name, requiredAcr, terms }: Draft) =>
      acts.updateFederation(
        { name, terms, requiredAcr: requiredAcr.trim() === "" ? null : requiredAcr.trim() },
        federation.version,
      ),
    onSuccess: (view) => {
      client.setQueryData(queries.federation().queryKey, view);
      void client.invalidateQueries({ queryKey: ["session"] });
      say(t("saved"));
      onDone();
    },
  });
};

/** Warns before the reader asks of everybody a level that their own session does not have. */
const LevelNotice = ({ required }: { readonly required: string }) => {
  const t = useTranslations("federationSettings");
  const { session } = useMe();
  if (required.trim() === "" || required.trim() === session.acr) return null;
  return <Notice tone="stop">{t("levelNotYours", { level: session.acr ?? t("noLevel") })}</Notice>;
};

const Form = ({ federation, onDone }: { readonly federation: FederationView; readonly onDone: () => void }) => {
  const t = useTranslations("federationSettings");
  const [draft, setDraft] = useState<Draft>({
    name: federation.name,
    requiredAcr: federation.requiredAcr ?? "",
    terms: federation.terms,
  });
  const save = useSave(federation, onDone);
  const errors = useFieldErrors(save.error);
  const change = (more: Partial<Draft>): void => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(draft);
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={[]} error={save.error} />
      <TextInput
        name="federation-name"
        label={t("name")}
        value={draft.name}
        onChange={(name) => change({ name })}
        error={errors["name"]}
        isRequired
      />
      <TextInput
        name="federation-acr"
        label={t("requiredAcr")}
        hint={t("requiredAcrHint")}
        value={draft.requiredAcr}
        onChange={(requiredAcr) => change({ requiredAcr })}
        error={errors["requiredAcr"]}
        mono
      />
      <LevelNotice required={draft.requiredAcr} />
      <TextInput
        name="federation-terms"
        label={t("terms")}
        hint={t("termsHint")}
        lines={8}
        value={draft.terms}
        onChange={(terms) => change({ terms })}
        error={errors["terms"]}
      />
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

const Shown = ({ federation }: { readonly federation: FederationView }) => {
  const t = useTranslations("federationSettings");
  const top = useTranslations("top");
  const { id, name, environment, requiredAcr, probeName, terms } = federation;
  return (
    <Facts
      facts={[
        [t("name"), name],
        [t("id"), <Mono key="id">{id}</Mono>],
        [t("environment"), environment === "production" ? t("production") : top(`environment.${environment}`)],
        [t("requiredAcr"), requiredAcr === null ? t("noLevel") : <Mono key="acr">{requiredAcr}</Mono>],
        [t("probeName"), <Mono key="probe">{probeName}</Mono>],
        [
          t("terms"),
          terms === "" ? (
            t("noTerms")
          ) : (
            <TextLink key="terms" href="/terms">
              {t("readTerms")}
            </TextLink>
          ),
        ],
      ]}
    />
  );
};

/** What the federation is called, what sign-in it asks of those who decide, and its common terms. */
export const FederationSettings = () => {
  const t = useTranslations("federationSettings");
  const [editing, setEditing] = useState(false);
  const query = useQuery(queries.federation());
  const edit = editing ? undefined : (
    <Button look="quiet" onPress={() => setEditing(true)} aria-label={t("editTitle")}>
      {t("edit")}
    </Button>
  );
  return (
    <Section title={t("title")} acts={edit}>
      <Loaded query={query}>
        {(federation) =>
          editing ? (
            <Form federation={federation} onDone={() => setEditing(false)} />
          ) : (
            <Shown federation={federation} />
          )
        }
      </Loaded>
    </Section>
  );
};
