"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { type ChangeEvent, type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { AGREEMENT_COLUMNS, isRequiredOfAgreement, SWEDISH_AGREEMENT_COLUMNS } from "#lib/contracts/agreement-file.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Mono, PageHead } from "../ui/page.tsx";
import { ErrorSummary } from "../ui/problem.tsx";
import { PaperBatches } from "./paper-batches.tsx";
import { PaperPreview } from "./paper-preview.tsx";

const Columns = () => {
  const t = useTranslations("paper");
  const locale = useLocale();
  const listed = (required: boolean) =>
    AGREEMENT_COLUMNS.filter((column) => isRequiredOfAgreement(column) === required)
      .map((column) => (locale === "sv" ? SWEDISH_AGREEMENT_COLUMNS[column] : column))
      .join(", ");
  return (
    <div className="max-w-[72ch] space-y-1 text-sm">
      <p>{t("columns")}</p>
      <p>{t.rich("required", { columns: listed(true), mono: (chunks) => <Mono>{chunks}</Mono> })}</p>
      <p>{t.rich("optional", { columns: listed(false), mono: (chunks) => <Mono>{chunks}</Mono> })}</p>
    </div>
  );
};

const FileChoice = ({ onText }: { readonly onText: (text: string) => void }) => {
  const t = useTranslations("paper");
  const read = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.currentTarget.files?.[0];
    if (file !== undefined) void file.text().then(onText);
  };
  return (
    <div className="flex max-w-2xl flex-col gap-1">
      <label htmlFor="paper-file" className="font-semibold">
        {t("file")}
      </label>
      <input id="paper-file" type="file" accept=".csv,.tsv,text/csv" onChange={read} className="min-h-9" />
    </div>
  );
};

const useBring = (csv: string) => {
  const client = useQueryClient();
  const router = useRouter();
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (wish: { readonly digest: string; readonly leaveOut: boolean }) =>
      acts.importAgreements({ csv, ...wish }, key.current),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["imports"] });
      router.push(`/agreements/imports/${id}`);
    },
    onError: () => {
      key.current = newKey();
    },
  });
};

/** A coordinator brings in agreements that stand on paper: the file, every fault of every row, then one act. */
export const PaperFile = () => {
  const t = useTranslations("paper");
  const [csv, setCsv] = useState("");
  const preview = useMutation({ mutationFn: () => acts.previewAgreementFile(csv) });
  const bring = useBring(csv);
  const change = (text: string): void => {
    setCsv(text);
    preview.reset();
    bring.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    bring.reset();
    preview.mutate();
  };
  return (
    <>
      <form onSubmit={submit} noValidate>
        <PageHead
          title={t("title")}
          answer={t("answer")}
          trail={{ href: "/agreements", label: t("agreements"), here: t("title") }}
        />
        <ErrorSummary faults={[]} error={preview.error ?? bring.error} />
        <div className="mt-6 space-y-5">
          <Columns />
          <FileChoice onText={change} />
          <TextInput name="csv" label={t("text")} lines={8} value={csv} onChange={change} />
          <Button type="submit" isPending={preview.isPending} isDisabled={csv.trim() === ""}>
            {t("check")}
          </Button>
        </div>
        {preview.data === undefined ? null : (
          <PaperPreview preview={preview.data} isPending={bring.isPending} onBring={bring.mutate} />
        )}
      </form>
      <PaperBatches />
    </>
  );
};
