"use client";

import { useLocale, useTranslations } from "next-intl";
import { type AgencyFilePreview, SWEDISH_COLUMNS } from "#lib/contracts/agency-file.ts";
import { Button } from "../ui/button.tsx";
import { Mono, Section } from "../ui/page.tsx";
import { useSentence } from "../ui/problem.tsx";
import { type Column, Table } from "../ui/table.tsx";

type Row = AgencyFilePreview["rows"][number];
type Finding = Row["findings"][number];

const Findings = ({ findings }: { readonly findings: readonly Finding[] }) => {
  const sentence = useSentence();
  const locale = useLocale();
  return (
    <ul className="space-y-1">
      {findings.map(({ column, code, params }) => (
        <li key={`${column ?? ""} ${code}`} className="font-semibold text-stop">
          {column === null ? null : (
            <>
              <Mono>{locale === "sv" ? SWEDISH_COLUMNS[column] : column}</Mono>
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
  const t = useTranslations("agencyFile");
  return [
    { key: "line", title: t("row"), cell: ({ line }) => line },
    { key: "name", title: t("agency"), cell: ({ name }) => name },
    {
      key: "finding",
      title: t("finding"),
      cell: ({ findings }) =>
        findings.length === 0 ? <span className="text-quiet">{t("fine")}</span> : <Findings findings={findings} />,
    },
    { key: "identifier", title: t("identifier"), cell: ({ identifier }) => identifier, hideNarrow: true },
    {
      key: "server",
      title: t("server"),
      cell: ({ serverName }) => (serverName === null ? "" : <Mono>{serverName}</Mono>),
      hideNarrow: true,
    },
    { key: "people", title: t("people"), cell: ({ invitations }) => invitations, hideNarrow: true },
  ];
};

/** What the file would bring in, row by row, and the one act where nothing stands in its way. */
export const FilePreview = ({
  preview,
  isPending,
  onBring,
}: {
  readonly preview: AgencyFilePreview;
  readonly isPending: boolean;
  readonly onBring: () => void;
}) => {
  const t = useTranslations("agencyFile");
  const columns = useColumns();
  const { agencies, servers, invitations, faults, rows, fileFindings } = preview;
  const fineShown = rows.filter(({ findings }) => findings.length === 0).length;
  const hidden = faults > 0 ? 0 : agencies - fineShown;
  const empty = faults === 0 && agencies === 0;
  return (
    <Section title={t("finding")}>
      <p role="status" className="mb-3 text-lg">
        {empty
          ? t("nothing")
          : faults > 0
            ? t("faulty", { count: faults })
            : t("ready", { agencies, servers, people: invitations })}
      </p>
      {fileFindings.length === 0 ? null : <Findings findings={fileFindings} />}
      {rows.length === 0 ? null : (
        <Table label={t("finding")} columns={columns} rows={rows} rowKey={({ line }) => line} />
      )}
      {hidden > 0 ? <p className="mt-2 text-quiet">{t("more", { count: hidden })}</p> : null}
      {faults > 0 || empty ? null : (
        <div className="mt-5">
          <Button look="primary" isPending={isPending} onPress={onBring}>
            {t("bring", { count: agencies })}
          </Button>
        </div>
      )}
    </Section>
  );
};
