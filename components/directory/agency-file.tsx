"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type ChangeEvent, type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { COLUMNS, isRequired } from "#lib/contracts/agency-file.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Mono, PageHead } from "../ui/page.tsx";
import { ErrorSummary } from "../ui/problem.tsx";
import { BroughtIn } from "./agency-file-done.tsx";
import { FilePreview } from "./agency-file-preview.tsx";

const Columns = () => {
  const t = useTranslations("agencyFile");
  const listed = (required: boolean) => COLUMNS.filter((column) => isRequired(column) === required).join(", ");
  return (
    <div className="max-w-[72ch] space-y-1 text-sm">
      <p>{t("columns")}</p>
      <p>{t.rich("required", { columns: listed(true), mono: (chunks) => <Mono>{chunks}</Mono> })}</p>
      <p>{t.rich("optional", { columns: listed(false), mono: (chunks) => <Mono>{chunks}</Mono> })}</p>
    </div>
  );
};

const FileChoice = ({ onText }: { readonly onText: (text: string) => void }) => {
  const t = useTranslations("agencyFile");
  const read = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.currentTarget.files?.[0];
    if (file !== undefined) void file.text().then(onText);
  };
  return (
    <div className="flex max-w-2xl flex-col gap-1">
      <label htmlFor="csv-file" className="font-semibold">
        {t("file")}
      </label>
      <input id="csv-file" type="file" accept=".csv,.tsv,text/csv" onChange={read} className="min-h-9" />
    </div>
  );
};

/** A coordinator brings in many agencies: the file, every fault of every row, then one act. */
export const AgencyFile = () => {
  const t = useTranslations("agencyFile");
  const client = useQueryClient();
  const [csv, setCsv] = useState("");
  const key = useRef(newKey());
  const preview = useMutation({ mutationFn: () => acts.previewAgencyFile(csv) });
  const bring = useMutation({
    mutationFn: (digest: string) => acts.importAgencies({ csv, digest }, key.current),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["agencies"] }),
    onError: () => {
      key.current = newKey();
    },
  });
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
  const head = (
    <PageHead
      title={t("title")}
      answer={t("answer")}
      trail={{ href: "/directory", label: t("directory"), here: t("title") }}
    />
  );
  if (bring.data !== undefined)
    return (
      <>
        {head}
        <BroughtIn imported={bring.data} />
      </>
    );
  return (
    <form onSubmit={submit} noValidate>
      {head}
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
        <FilePreview
          preview={preview.data}
          isPending={bring.isPending}
          onBring={() => bring.mutate(preview.data.digest)}
        />
      )}
    </form>
  );
};
