"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { Template, TemplatesView } from "#lib/contracts/templates.ts";
import { ContentStep } from "../trust/content-step.tsx";
import { type Draft, EMPTY } from "../trust/draft.ts";
import { contentFaults } from "../trust/draft-content.ts";
import { PurposeStep } from "../trust/request-steps.tsx";
import { answersOf, templateOf } from "../trust/template-draft.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Section } from "../ui/page.tsx";
import { ErrorSummary, Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

const queryOf = (agency: string | null) =>
  agency === null ? queries.federationTemplates() : queries.templates(agency);

const useSave = ({ agency, number }: TemplatesView, onDone: () => void) => {
  const t = useTranslations("templates");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (templates: Template[]) =>
      agency === null
        ? acts.setFederationTemplates({ number, templates })
        : acts.setTemplates(agency, { number, templates }),
    onSuccess: (saved) => {
      client.setQueryData(queryOf(agency).queryKey, saved);
      say(t("saved"));
      onDone();
    },
  });
};

type FormProps = { readonly view: TemplatesView; readonly at: number; readonly onDone: () => void };

const Form = ({ view, at, onDone }: FormProps) => {
  const t = useTranslations("templates");
  const request = useTranslations("request");
  const known = view.templates[at];
  const [name, setName] = useState(known?.name ?? "");
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, ...(known === undefined ? {} : answersOf(known)) });
  const [tried, setTried] = useState(false);
  const save = useSave(view, onDone);
  const faults = tried ? contentFaults(draft) : [];
  const nameless = tried && name.trim() === "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "" || contentFaults(draft).length > 0) return;
    save.mutate([...view.templates.slice(0, at), templateOf(name, draft), ...view.templates.slice(at + 1)]);
  };
  const errorOf = (field: keyof Draft): string | undefined => {
    const fault = faults.find((each) => each.field === field);
    return fault === undefined ? undefined : request(`fault.${fault.key}`);
  };
  const questions = {
    draft,
    change: (more: Partial<Draft>) => setDraft((said) => ({ ...said, ...more })),
    errorOf,
    home: view.agency ?? "",
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary
        faults={[
          ...(nameless ? [{ field: "templateName", sentence: t("nameless") }] : []),
          ...faults.map(({ field, key }) => ({ field, sentence: request(`fault.${key}`) })),
        ]}
        error={save.error}
      />
      <TextInput
        name="templateName"
        label={t("name")}
        value={name}
        onChange={setName}
        error={nameless ? t("nameless") : undefined}
        narrow
      />
      <PurposeStep {...questions} />
      <ContentStep {...questions} />
      <div className="flex flex-wrap gap-3">
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

const List = ({ view, onEdit }: { readonly view: TemplatesView; readonly onEdit: (at: number) => void }) => {
  const t = useTranslations("templates");
  const save = useSave(view, () => undefined);
  if (view.templates.length === 0) return <p className="text-quiet">{t("none")}</p>;
  return (
    <>
      <Refused error={save.error} />
      <ul className="max-w-2xl divide-y divide-line rounded border border-line">
        {view.templates.map(({ name }, at) => (
          <li key={name} className="flex flex-wrap items-center justify-between gap-3 px-3 py-1.5">
            <span>{name}</span>
            {view.maySet ? (
              <span className="flex gap-2">
                <Button look="quiet" onPress={() => onEdit(at)} aria-label={t("changeOne", { name })}>
                  {t("change")}
                </Button>
                <Button
                  look="quiet"
                  isPending={save.isPending}
                  onPress={() => save.mutate(view.templates.filter((_, other) => other !== at))}
                  aria-label={t("removeOne", { name })}
                >
                  {t("remove")}
                </Button>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
};

/** What requests may begin with: the reader's agency's, or the federation's where `agency` is null. */
export const TemplateSettings = ({ agency }: { readonly agency: string | null }) => {
  const t = useTranslations("templates");
  const [editing, setEditing] = useState<number>();
  const query = useQuery(queryOf(agency));
  const { data } = query;
  const add =
    data?.maySet === true && editing === undefined ? (
      <Button look="quiet" onPress={() => setEditing(data.templates.length)}>
        {t("add")}
      </Button>
    ) : undefined;
  return (
    <Section title={agency === null ? t("titleShared") : t("title")} note={t("note")} acts={add}>
      <Loaded query={query}>
        {(view) =>
          editing === undefined ? (
            <List view={view} onEdit={setEditing} />
          ) : (
            <Form view={view} at={editing} onDone={() => setEditing(undefined)} />
          )
        }
      </Loaded>
    </Section>
  );
};
