"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import type { EnforcementView } from "#lib/contracts/enforcement.ts";
import { POINT_KINDS, type PointKind } from "#lib/domain/enforcement.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";

type Keep = (view: EnforcementView) => void;

export const Frame = ({
  means,
  error,
  act,
  pending,
  onSubmit,
  onDone,
  children,
}: {
  readonly means: string;
  readonly error: unknown;
  readonly act: string;
  readonly pending: boolean;
  readonly onSubmit: () => void;
  readonly onDone: () => void;
  readonly children: ReactNode;
}) => {
  const t = useTranslations("enforcement");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      autoComplete="off"
      className="no-print mt-5 space-y-5 rounded border border-edge bg-card px-5 py-4"
    >
      <ErrorSummary faults={[]} error={error} />
      <p className="max-w-[72ch]">{means}</p>
      {children}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={pending}>
          {act}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Address = (props: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}) => {
  const t = useTranslations("enforcement");
  return <TextInput name="baseUrl" type="url" label={t("baseUrl")} hint={t("baseUrlHint")} mono {...props} />;
};

/** Chooses interface and address. For an active agency the choice waits for an approver, and the form says so. */
export const ChooseForm = ({
  id,
  view,
  onDone,
  keep,
}: {
  readonly id: string;
  readonly view: EnforcementView;
  readonly onDone: () => void;
  readonly keep: Keep;
}) => {
  const t = useTranslations("enforcement");
  const [kind, setKind] = useState<PointKind>(
    POINT_KINDS.find((each) => each === view.detected) ??
      view.kind ??
      (view.bridge === null ? "synapse_module" : "mattermost"),
  );
  const [baseUrl, setBaseUrl] = useState(view.baseUrl ?? "");
  const choose = useMutation({
    mutationFn: () =>
      acts.setPoint(id, { kind, baseUrl: kind === "agent" || baseUrl.trim() === "" ? null : baseUrl.trim() }),
    onSuccess: (answer) => {
      keep(answer);
      onDone();
    },
  });
  const errors = useFieldErrors(choose.error);
  return (
    <Frame
      means={t("chooseMeans")}
      error={choose.error}
      act={t("chooseNow")}
      pending={choose.isPending}
      onSubmit={() => choose.mutate()}
      onDone={onDone}
    >
      <Choices
        name="kind"
        label={t("interface")}
        options={POINT_KINDS.filter((each) => (each === "mattermost") === (view.bridge !== null)).map((value) => ({
          value,
          label: t(`kind.${value}`),
        }))}
        value={kind}
        onChange={(value) => setKind(POINT_KINDS.find((each) => each === value) ?? kind)}
      />
      {kind === "agent" ? null : <Address value={baseUrl} onChange={setBaseUrl} error={errors["baseUrl"]} />}
    </Frame>
  );
};

/** Takes the fields of a credential. What is typed is sent once and kept nowhere in the page. */
export const GiveForm = ({
  id,
  needs,
  onDone,
  keep,
}: {
  readonly id: string;
  readonly needs: EnforcementView["needs"];
  readonly onDone: () => void;
  readonly keep: Keep;
}) => {
  const t = useTranslations("enforcement");
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const give = useMutation({
    mutationFn: () => acts.giveCredential(id, { fields }),
    gcTime: 0,
    onSuccess: (answer) => {
      keep(answer);
      onDone();
    },
  });
  const errors = useFieldErrors(give.error);
  return (
    <Frame
      means={t("giveMeans")}
      error={give.error}
      act={t("giveNow")}
      pending={give.isPending}
      onSubmit={() => give.mutate()}
      onDone={onDone}
    >
      {needs.map((field) => (
        <TextInput
          key={field}
          name={`fields.${field}`}
          type="password"
          autoComplete="off"
          label={t(`field.${field}`)}
          value={fields[field] ?? ""}
          onChange={(value) => setFields({ ...fields, [field]: value })}
          error={errors[`fields.${field}`]}
          mono
          isRequired
        />
      ))}
    </Frame>
  );
};
