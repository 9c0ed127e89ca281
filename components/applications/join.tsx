"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import { MEMBER_CLASSES, PLATFORMS } from "#lib/domain/directory.ts";
import { IDENTIFIER_SCHEMES } from "#lib/domain/identifier.ts";
import { EntryFrame } from "../shell/entry-frame.tsx";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";

const EMPTY = {
  name: "",
  scheme: "orgnr",
  value: "",
  memberClass: "state_agency",
  platform: "synapse",
  servers: "",
  person: "",
  email: "",
  phone: "",
  message: "",
};
type Draft = typeof EMPTY;

const pick = <T extends string>(known: readonly T[], word: string, fallback: T): T =>
  known.find((each) => each === word) ?? fallback;

const bodyOf = (draft: Draft): Parameters<typeof acts.applyToJoin>[0] => ({
  name: draft.name,
  identifier: { scheme: pick(IDENTIFIER_SCHEMES, draft.scheme, "orgnr"), value: draft.value },
  memberClass: pick(MEMBER_CLASSES, draft.memberClass, "other_public_body"),
  platform: pick(PLATFORMS, draft.platform, "other"),
  serverNames: draft.servers.split(/[\s,;]+/).filter((name) => name !== ""),
  contact: { name: draft.person, email: draft.email, phone: draft.phone === "" ? null : draft.phone },
  message: draft.message.trim() === "" ? null : draft.message,
});

/** Where each field of the form lies in what is sent. */
const PATHS = {
  name: "name",
  value: "identifier",
  servers: "serverNames",
  person: "contact.name",
  email: "contact.email",
  phone: "contact.phone",
  message: "message",
} as const;
type Typed = keyof typeof PATHS;

const useErrorOf = (error: unknown): ((field: Typed) => string | undefined) => {
  const errors = useFieldErrors(error);
  return (field) =>
    Object.entries(errors).find(([path]) => path === PATHS[field] || path.startsWith(`${PATHS[field]}.`))?.[1];
};

type FieldsProps = {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly errorOf: (field: Typed) => string | undefined;
};

const Organisation = ({ draft, change, errorOf }: FieldsProps) => {
  const t = useTranslations("join");
  const scheme = useTranslations("scheme");
  const memberClass = useTranslations("memberClass");
  const platform = useTranslations("platform");
  return (
    <>
      <TextInput
        name="name"
        label={t("name")}
        value={draft.name}
        error={errorOf("name")}
        isRequired
        onChange={(name) => change({ name })}
      />
      <SelectInput
        name="scheme"
        label={t("scheme")}
        value={draft.scheme}
        onChange={(word) => change({ scheme: word })}
        options={IDENTIFIER_SCHEMES.map((value) => ({ value, label: scheme(value) }))}
      />
      <TextInput
        name="value"
        label={t("number")}
        value={draft.value}
        error={errorOf("value")}
        isRequired
        narrow
        onChange={(value) => change({ value })}
      />
      <SelectInput
        name="memberClass"
        label={t("memberClass")}
        value={draft.memberClass}
        onChange={(word) => change({ memberClass: word })}
        options={MEMBER_CLASSES.map((value) => ({ value, label: memberClass(value) }))}
      />
      <TextInput
        name="servers"
        label={t("servers")}
        hint={t("serversHint")}
        value={draft.servers}
        lines={3}
        error={errorOf("servers")}
        onChange={(servers) => change({ servers })}
      />
      <SelectInput
        name="platform"
        label={t("platform")}
        value={draft.platform}
        onChange={(word) => change({ platform: word })}
        options={PLATFORMS.map((value) => ({ value, label: platform(value) }))}
      />
    </>
  );
};

const Contact = ({ draft, change, errorOf }: FieldsProps) => {
  const t = useTranslations("join");
  return (
    <>
      <TextInput
        name="person"
        label={t("person")}
        value={draft.person}
        autoComplete="name"
        isRequired
        error={errorOf("person")}
        onChange={(person) => change({ person })}
      />
      <TextInput
        name="email"
        type="email"
        label={t("email")}
        hint={t("emailHint")}
        value={draft.email}
        autoComplete="email"
        isRequired
        error={errorOf("email")}
        onChange={(email) => change({ email })}
      />
      <TextInput
        name="phone"
        type="tel"
        label={t("phone")}
        value={draft.phone}
        autoComplete="tel"
        narrow
        error={errorOf("phone")}
        onChange={(phone) => change({ phone })}
      />
      <TextInput
        name="message"
        label={t("message")}
        hint={t("messageHint")}
        value={draft.message}
        lines={4}
        error={errorOf("message")}
        onChange={(message) => change({ message })}
      />
    </>
  );
};

const Form = () => {
  const t = useTranslations("join");
  const [draft, setDraft] = useState(EMPTY);
  const send = useMutation({ mutationFn: () => acts.applyToJoin(bodyOf(draft)) });
  const errorOf = useErrorOf(send.error);
  const change = (more: Partial<Draft>): void => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send.mutate();
  };
  const faults = Object.keys(PATHS).flatMap((word) => {
    const field = pick(["name", "value", "servers", "person", "email", "phone", "message"], word, "name");
    const sentence = errorOf(field);
    return sentence === undefined ? [] : [{ field, sentence }];
  });
  if (send.isSuccess) return <Notice tone="force">{t("sent")}</Notice>;
  return (
    <form onSubmit={submit} noValidate>
      <ErrorSummary faults={faults} error={send.error} />
      <Section title={t("organisation")}>
        <div className="space-y-5">
          <Organisation draft={draft} change={change} errorOf={errorOf} />
        </div>
      </Section>
      <Section title={t("contact")}>
        <div className="space-y-5">
          <Contact draft={draft} change={change} errorOf={errorOf} />
        </div>
      </Section>
      <div className="mt-7">
        <Button type="submit" look="primary" isPending={send.isPending}>
          {t("send")}
        </Button>
      </div>
    </form>
  );
};

/** An organisation outside asks to join. The page tells nothing of who is inside. */
export const Join = () => {
  const t = useTranslations("join");
  const query = useQuery(queries.setUp());
  return (
    <EntryFrame federation={query.data?.federation}>
      <PageHead title={t("title")} answer={t("answer")} />
      <Form />
    </EntryFrame>
  );
};
