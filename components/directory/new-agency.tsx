"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { Button } from "../ui/button.tsx";
import { PageHead } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { AgencyFields, agencyOf, EMPTY_AGENCY } from "./agency-fields.tsx";

/** A coordinator invites an agency into the directory. */
export const NewAgency = () => {
  const t = useTranslations("agencyForm");
  const router = useRouter();
  const client = useQueryClient();
  const say = useSay();
  const [draft, setDraft] = useState(EMPTY_AGENCY);
  const key = useRef(newKey());
  const create = useMutation({
    mutationFn: () => acts.createAgency(agencyOf(draft), key.current),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["agencies"] });
      say(t("invited"));
      router.push(`/agencies/${id}`);
    },
    onError: () => {
      key.current = newKey();
    },
  });
  const errors = useFieldErrors(create.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        trail={{ href: "/directory", label: t("directory"), here: t("title") }}
      />
      <ErrorSummary faults={[]} error={create.error} />
      <div className="mt-6 space-y-5">
        <AgencyFields draft={draft} change={(more) => setDraft((before) => ({ ...before, ...more }))} errors={errors} />
      </div>
      <div className="mt-7">
        <Button type="submit" look="primary" isPending={create.isPending}>
          {t("invite")}
        </Button>
      </div>
    </form>
  );
};
