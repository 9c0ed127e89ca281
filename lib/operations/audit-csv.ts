import type { AuditRow } from "#lib/contracts/audit.ts";

/** A cell that a spreadsheet would take for a formula is written as text; quotes are doubled (RFC 4180). */
export const cell = (value: string | number): string => {
  const text = String(value);
  const guarded = typeof value === "string" && /^\s*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text;
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

const written = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");

/** What such a file begins with: a byte order mark, so that a spreadsheet reads UTF-8, and the names of the columns. */
export const CSV_HEAD = `\uFEFF${written([HEAD])}`;

/** Rows of the log as lines of CSV, one a row; times in UTC (ISO 8601). */
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
  return written(lines);
};
