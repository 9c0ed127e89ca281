import type { AuditRow } from "#lib/contracts/audit.ts";

/** A cell that a spreadsheet would take for a formula is written as text; quotes are doubled (RFC 4180). */
export const cell = (value: string | number): string => {
  const text = String(value);
  const guarded = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

const HEAD = [
  "seq",
  "at",
  "actor",
  "pseudonym",
  "agencies",
  "kind",
  "subject",
  "outcome",
  "code",
  "trace_id",
  "details",
  "hash",
];

/** Rows of the log as CSV, UTF-8 with a byte order mark, one line a row; times in UTC (ISO 8601). */
export const auditCsv = (rows: readonly AuditRow[]): string => {
  const lines = rows.map((row) => [
    row.seq,
    new Date(row.at).toISOString(),
    row.actor?.name ?? "",
    row.actor?.pseudonym ?? "",
    row.agencies.map(({ name }) => name.sv).join("; "),
    row.kind,
    row.subject,
    row.outcome,
    row.code ?? "",
    row.traceId,
    row.details === null ? "" : JSON.stringify(row.details),
    row.hash,
  ]);
  return `\uFEFF${[HEAD, ...lines].map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
};
