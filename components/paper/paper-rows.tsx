"use client";

import { useTranslations } from "next-intl";
import type { ImportRowView } from "#lib/contracts/imports.ts";
import { TextLink } from "../ui/button.tsx";
import { useSentence } from "../ui/problem.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { lastMomentOf, useLocalName, When } from "../ui/when.tsx";

const Dates = ({ start, end }: Pick<ImportRowView, "start" | "end">) => {
  const t = useTranslations("paper");
  return t.rich("fromTo", {
    from: () => (start === null ? t("now") : <When at={start} day />),
    to: () => (end === null ? t("open") : <When at={lastMomentOf(end)} day />),
  });
};

const State = ({ row }: { readonly row: ImportRowView }) => {
  const t = useTranslations("paper");
  const sentence = useSentence();
  return (
    <>
      {row.agreement === null ? (
        t(`stateOf.${row.state}`)
      ) : (
        <TextLink href={`/agreements/${row.agreement}`}>{t(`stateOf.${row.state}`)}</TextLink>
      )}
      {row.code === null ? null : <p className="text-quiet">{sentence(row.code, {}, row.code)}</p>}
    </>
  );
};

const Servers = ({ names }: { readonly names: readonly string[] }) => (
  <span className="block font-mono text-xs text-quiet">{names.join(", ")}</span>
);

const Party = ({ row, side }: { readonly row: ImportRowView; readonly side: "home" | "partner" }) => {
  const nameOf = useLocalName();
  return (
    <>
      {nameOf(row[side].name)}
      <Servers names={row.servers[side]} />
    </>
  );
};

const useColumns = (): readonly Column<ImportRowView>[] => {
  const t = useTranslations("paper");
  const level = useTranslations("level");
  return [
    { key: "line", title: t("row"), cell: ({ line }) => line },
    { key: "a", title: t("a"), cell: (row) => <Party row={row} side="home" /> },
    { key: "b", title: t("b"), cell: (row) => <Party row={row} side="partner" /> },
    {
      key: "purpose",
      title: t("purpose"),
      cell: ({ purpose, legalBasis, ceiling }) => (
        <>
          {purpose}
          {legalBasis === null ? null : <p className="text-quiet">{legalBasis}</p>}
          {ceiling === null ? null : <p className="text-quiet">{level(`${ceiling}`)}</p>}
        </>
      ),
    },
    { key: "dates", title: t("dates"), cell: ({ start, end }) => <Dates start={start} end={end} /> },
    {
      key: "number",
      title: t("number"),
      hideNarrow: true,
      cell: ({ diarienummer: { home, partner } }) => [home ?? "–", partner ?? "–"].join(" / "),
    },
    { key: "state", title: t("state"), cell: (row) => <State row={row} /> },
  ];
};

/** The rows of a batch; where one's word on them is asked for, each can be ticked to be left out. */
export const PaperRows = ({
  rows,
  leftOut = [],
  onLeftOut,
}: {
  readonly rows: readonly ImportRowView[];
  readonly leftOut?: readonly number[];
  readonly onLeftOut?: (lines: readonly number[]) => void;
}) => {
  const t = useTranslations("paper");
  const columns = useColumns();
  const tick: readonly Column<ImportRowView>[] =
    onLeftOut === undefined
      ? []
      : [
          {
            key: "out",
            title: t("out"),
            cell: ({ line }) => (
              <input
                type="checkbox"
                className="size-5"
                aria-label={`${t("out")}: ${t("row")} ${line}`}
                checked={leftOut.includes(line)}
                onChange={({ currentTarget }) =>
                  onLeftOut(currentTarget.checked ? [...leftOut, line] : leftOut.filter((each) => each !== line))
                }
              />
            ),
          },
        ];
  return <Table label={t("rows")} columns={[...tick, ...columns]} rows={rows} rowKey={({ line }) => line} />;
};
