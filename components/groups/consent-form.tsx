"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { LEVELS, type Level } from "#lib/domain/classification.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { ErrorSummary } from "../ui/problem.tsx";

const NONE = "none";

const LevelChoice = ({ value, onChange }: { readonly value: string; readonly onChange: (level: string) => void }) => {
  const t = useTranslations("groups");
  const names = useTranslations("level");
  return (
    <Choices
      name="group-level"
      label={t("brings")}
      hint={t("bringsHint")}
      value={value}
      onChange={onChange}
      options={[
        { value: NONE, label: t("asTerms") },
        ...LEVELS.map((each) => ({ value: String(each), label: names(`${each}`) })),
      ]}
    />
  );
};

/** An act that opens: what it means, the number under which it is filed, and for a task force the level brought to it. */
export const ConsentForm = ({
  title,
  means,
  asksLevel,
  asksNumber,
  error,
  isPending,
  onSubmit,
  onCancel,
}: {
  readonly title: string;
  readonly means: string;
  readonly asksLevel: boolean;
  readonly asksNumber: boolean;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onSubmit: (more: { readonly diarienummer?: string; readonly ceiling?: Level }) => void;
  readonly onCancel: () => void;
}) => {
  const t = useTranslations("groups");
  const [number, setNumber] = useState("");
  const [level, setLevel] = useState(NONE);
  const ceiling = LEVELS.find((each) => String(each) === level);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit({
      ...(number.trim() === "" ? {} : { diarienummer: number.trim() }),
      ...(ceiling === undefined ? {} : { ceiling }),
    });
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-4 space-y-4 rounded border border-edge bg-card px-5 py-4">
      <h2 className="text-base">{title}</h2>
      <p className="max-w-[72ch]">{means}</p>
      <ErrorSummary faults={[]} error={error} />
      {asksLevel ? <LevelChoice value={level} onChange={setLevel} /> : null}
      {asksNumber ? (
        <TextInput name="group-number" label={t("diarienummer")} value={number} onChange={setNumber} narrow />
      ) : null}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={isPending}>
          {title}
        </Button>
        <Button look="quiet" onPress={onCancel}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
