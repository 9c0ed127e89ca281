"use client";

import { useTranslations } from "next-intl";
import type { AuditRow } from "#lib/contracts/audit.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string =>
  value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);

/** Before and after side by side, for each field that either names. */
export const BeforeAfter = ({
  before,
  after,
}: {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}) => {
  const t = useTranslations("audit");
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return (
    <table className="mt-1 border-collapse text-xs">
      <thead>
        <tr className="text-left text-quiet">
          <th scope="col" className="py-0.5 pr-4 font-normal">
            {t("field")}
          </th>
          <th scope="col" className="py-0.5 pr-4 font-normal">
            {t("before")}
          </th>
          <th scope="col" className="py-0.5 font-normal">
            {t("after")}
          </th>
        </tr>
      </thead>
      <tbody className="mono">
        {names.map((name) => (
          <tr key={name}>
            <th scope="row" className="py-0.5 pr-4 text-left font-normal">
              {name}
            </th>
            <td className="bg-stop-soft px-1.5 py-0.5 text-stop">{shown(before[name])}</td>
            <td className="bg-force-soft px-1.5 py-0.5 text-force">{shown(after[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** What a row says beyond its kind. The words are the program's own: this is evidence, not prose. */
export const Details = ({ row }: { readonly row: AuditRow }) => {
  const t = useTranslations("audit");
  const { details } = row;
  if (details === null) return <p className="text-xs text-quiet">{t("detailsErased")}</p>;
  const { before, after, ...rest } = details;
  return (
    <details className="mt-1 text-xs">
      <summary className="w-fit min-h-6 cursor-pointer text-act">
        {t("details")}
        <span className="sr-only"> {row.seq}</span>
      </summary>
      {isRecord(before) || isRecord(after) ? (
        <BeforeAfter before={isRecord(before) ? before : {}} after={isRecord(after) ? after : {}} />
      ) : null}
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4">
        {[...Object.entries(rest), ["trace", row.traceId] as const, ["hash", row.hash] as const].map(
          ([name, value]) => (
            <div key={name} className="col-span-full grid grid-cols-subgrid">
              <dt className="mono text-quiet">{name}</dt>
              <dd className="mono">{shown(value)}</dd>
            </div>
          ),
        )}
      </dl>
    </details>
  );
};
