"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";

/** An act that must say why, on the page itself: what it means, the reason, and the button that names what it does. */
export const ReasonForm = ({
  name,
  title,
  means,
  button,
  error,
  isPending,
  onSubmit,
  onCancel,
}: {
  /** The field's name: an error leads to it. */
  readonly name: string;
  readonly title: string;
  readonly means: string;
  readonly button: string;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onSubmit: (reason: string) => void;
  readonly onCancel: () => void;
}) => {
  const t = useTranslations("hold");
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field: name, sentence: t("reasonMissing") }] : []);
    if (!missing) onSubmit(reason);
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-4 space-y-4 rounded border border-edge bg-card px-5 py-4">
      <h3 className="text-base">{title}</h3>
      <p className="max-w-[72ch]">{means}</p>
      <ErrorSummary faults={faults} error={error} />
      <TextInput
        name={name}
        label={t("reason")}
        lines={3}
        value={reason}
        onChange={setReason}
        error={faults[0]?.sentence}
        isRequired
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={isPending}>
          {button}
        </Button>
        <Button look="quiet" onPress={onCancel}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
