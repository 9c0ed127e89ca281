"use client";

import { useLocale, useTranslations } from "next-intl";
import { type AgreementFilePreview, SWEDISH_AGREEMENT_COLUMNS } from "#lib/contracts/agreement-file.ts";
import { Button } from "../ui/button.tsx";
import { Mono, Section } from "../ui/page.tsx";
import { useSentence } from "../ui/problem.tsx";
import { type Column, Table } from "../ui/table.tsx";

type Row = AgreementFilePreview["rows"][number];

const Findings = ({ findings }: { readonly findings: Row["findings"] }) => {
  const sentence = useSentence();
  const locale = useLocale();
  return (
    <ul className="space-y-1">
      {findings.map(({ column, code, params }) => (
        <li key={`${column ?? ""} ${code}`} className="font-semibold text-stop">
          {column === null ? null : (
            <>
              <Mono>{locale === "sv" ? SWEDISH_AGREEMENT_COLUMNS[column] : column}</Mono>
              {": "}
            </>
          )}
          {sentence(code, params, code)}
        </li>
      ))}
    </ul>
  );
};

const useColumns = (): readonly Column<Row>[] => {
  const t = useTranslations("paper");
  return [
    { key: "line", title: t("row"), cell: ({ line }) => line },
    { key: "a", title: t("a"), cell: ({ a }) => a },
    { key: "b", title: t("b"), cell: ({ b }) => b },
    {
      key: "finding",
      title: t("finding"),
      cell: ({ findings }) =>
        findings.length === 0 ? <span className="text-quiet">{t("fine")}</span> : <Findings findings={findings} />,
    },
    { key: "purpose", title: t("purpose"), cell: ({ purpose }) => purpose, hideNarrow: true },
  ];
};

type Wish = { readonly digest: string; readonly leaveOut: boolean };

/** What the file would bring in, row by row; with faults in it nothing is, but by the express choice to leave them out. */
export const PaperPreview = ({
  preview,
  isPending,
  onBring,
}: {
  readonly preview: AgreementFilePreview;
  readonly isPending: boolean;
  readonly onBring: (wish: Wish) => void;
}) => {
  const t = useTranslations("paper");
  const columns = useColumns();
  const { digest, agreements, agencies, faulty, rows, fileFindings } = preview;
  const unread = fileFindings.length > 0;
  return (
    <Section title={t("finding")}>
      <div role="status" className="mb-3 space-y-1 text-lg">
        {faulty > 0 ? <p>{t("faulty", { count: faulty })}</p> : null}
        <p>{unread ? t("unread") : agreements === 0 ? t("nothing") : t("ready", { agreements, agencies })}</p>
      </div>
      {unread ? <Findings findings={fileFindings} /> : null}
      {rows.length === 0 ? null : (
        <Table label={t("finding")} columns={columns} rows={rows} rowKey={({ line }) => line} />
      )}
      {rows.length < agreements + faulty ? <p className="mt-2 text-quiet">{t("more")}</p> : null}
      {unread || agreements === 0 ? null : (
        <div className="mt-5">
          <Button
            look={faulty === 0 ? "primary" : "plain"}
            isPending={isPending}
            onPress={() => onBring({ digest, leaveOut: faulty > 0 })}
          >
            {faulty === 0 ? t("bring", { count: agreements }) : t("leaveOut", { out: faulty, count: agreements })}
          </Button>
        </div>
      )}
    </Section>
  );
};
