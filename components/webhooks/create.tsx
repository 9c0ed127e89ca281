"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { NOTICE_KINDS } from "#lib/domain/notices.ts";
import { Button } from "../ui/button.tsx";
import { ManyChoices, TextInput } from "../ui/field.tsx";
import { ErrorSummary, type Fault, useFieldErrors } from "../ui/problem.tsx";

type Handlers = { readonly onDone: () => void; readonly onSecret: (secret: string) => void };

const useCreate = (agency: string, url: string, kinds: readonly string[], { onDone, onSecret }: Handlers) => {
  const client = useQueryClient();
  const key = useRef(newKey());
  return useMutation({
    mutationFn: () =>
      acts.createWebhook(agency, { url, kinds: NOTICE_KINDS.filter((kind) => kinds.includes(kind)) }, key.current),
    onSuccess: ({ secret }) => {
      void client.invalidateQueries({ queryKey: ["webhooks"] });
      onSecret(secret ?? "");
      onDone();
    },
    onError: () => {
      key.current = newKey();
    },
  });
};

/** Asks for the address and the events of a new webhook; hands on the secret, which is answered this once. */
export const CreateWebhook = ({ agency, onDone, onSecret }: Handlers & { readonly agency: string }) => {
  const t = useTranslations("webhooks");
  const notices = useTranslations("notices");
  const [url, setUrl] = useState("https://");
  const [kinds, setKinds] = useState<readonly string[]>(["decide", "revoked", "suspended"]);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const create = useCreate(agency, url, kinds, { onDone, onSecret });
  const fields = useFieldErrors(create.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong = kinds.length === 0 ? [{ field: `kinds-${NOTICE_KINDS[0]}`, sentence: t("kindsMissing") }] : [];
    setFaults(wrong);
    if (wrong.length === 0) create.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={create.error} />
      <TextInput
        name="url"
        type="url"
        mono
        label={t("url")}
        hint={t("urlHint")}
        value={url}
        onChange={setUrl}
        error={fields["url"]}
        isRequired
      />
      <ManyChoices
        name="kinds"
        label={t("kinds")}
        value={kinds}
        onChange={setKinds}
        error={faults[0]?.sentence ?? fields["kinds"]}
        options={NOTICE_KINDS.map((value) => ({ value, label: notices(`kind.${value}.what`) }))}
      />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={create.isPending}>
          {t("create")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
