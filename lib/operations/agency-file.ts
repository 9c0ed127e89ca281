import {
  type AgencyFilePreview,
  type CellFault,
  COLUMNS,
  type Column,
  columnOf,
  type FileAgency,
  isRequired,
  MAX_ROWS,
  readRow,
} from "#lib/contracts/agency-file.ts";
import { barredAmong } from "#lib/data/federation-rules.ts";
import { heldIdentifiers, heldServerNames } from "#lib/data/import-agencies.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { barringNames } from "#lib/domain/barred.ts";
import type { ErrorCode, RefusalParams } from "#lib/domain/errors.ts";
import { identifierKey, isPersonalNumber, showIdentifier } from "#lib/domain/identifier.ts";
import { type CsvRecord, readCsv } from "#lib/platform/csv.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";

/** Rows without a fault that a preview shows; every row with one is shown. */
const SHOWN = 200;

type Finding = { readonly column: Column | null; readonly code: ErrorCode; readonly params?: RefusalParams };
type FileRow = {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
  readonly agency: FileAgency | undefined;
  readonly faults: CellFault[];
};
export type AgencyFile = {
  readonly digest: ReturnType<typeof digestOfBytes>;
  readonly rows: readonly FileRow[];
  readonly fileFindings: readonly Finding[];
};

const headingFindings = (head: readonly string[]): readonly Finding[] => {
  const columns = head.map(columnOf);
  const unknown = head.filter((heading, place) => heading !== "" && columns[place] === undefined);
  const twice = COLUMNS.filter((column) => columns.filter((known) => known === column).length > 1);
  const missing = COLUMNS.filter((column) => isRequired(column) && !columns.includes(column));
  return [
    ...missing.map((column): Finding => ({ column, code: "column_missing", params: { column } })),
    // What a stranger wrote is said back cut short.
    ...[...unknown, ...twice].map(
      (column): Finding => ({
        column: null,
        code: "column_unknown",
        params: { column: column.slice(0, 40) },
      }),
    ),
  ];
};

const rowOf = (head: readonly (Column | undefined)[], { line, cells }: CsvRecord): FileRow => {
  const named: Partial<Record<Column, string>> = {};
  for (const [place, column] of head.entries()) if (column !== undefined) named[column] = cells[place] ?? "";
  const { agency, faults } = readRow(line, named);
  return { line, cells: named, agency, faults: [...faults] };
};

/** Marks each later row whose key an earlier one has. */
const markRepeated = (
  rows: readonly FileRow[],
  column: Column,
  keyOf: (agency: FileAgency) => string | undefined,
): void => {
  const first = new Map<string, number>();
  for (const { agency, line, faults } of rows) {
    const key = agency === undefined ? undefined : keyOf(agency);
    if (key === undefined) continue;
    const before = first.get(key);
    if (before === undefined) first.set(key, line);
    else faults.push({ column, code: "duplicate_in_file", params: { row: before } });
  }
};

const markHeld = async (tx: Tx, rows: readonly FileRow[]): Promise<void> => {
  const agencies = rows.flatMap(({ agency }) => (agency === undefined ? [] : [agency]));
  const identifiers = await heldIdentifiers(
    tx,
    agencies.map(({ identifier }) => identifier),
  );
  const names = await heldServerNames(
    tx,
    agencies.flatMap(({ server }) => (server === undefined ? [] : [server.name])),
  );
  for (const { agency, faults } of rows) {
    if (agency === undefined) continue;
    const { identifier, server } = agency;
    if (identifiers.has(identifierKey(identifier)))
      faults.push({
        column: "organisation_number",
        code: "duplicate_identifier",
        params: { identifier: showIdentifier(identifier) },
      });
    if (server !== undefined && names.has(server.name))
      faults.push({ column: "server_name", code: "duplicate_server_name", params: { server: server.name } });
  }
};

const markBarred = async (tx: Tx, rows: readonly FileRow[]): Promise<void> => {
  const keysOf = ({ identifier, server }: FileAgency) => ({
    identifier: identifierKey(identifier),
    names: server === undefined ? [] : barringNames(server.name),
  });
  const keys = rows.flatMap(({ agency }) => (agency === undefined ? [] : [keysOf(agency)]));
  const bars = await barredAmong(
    tx,
    keys.map(({ identifier }) => identifier),
    keys.flatMap(({ names }) => names),
  );
  const reasons = new Map(bars.map(({ kind, value, reason }) => [`${kind} ${value}`, reason]));
  if (reasons.size === 0) return;
  for (const { agency, faults } of rows) {
    if (agency === undefined) continue;
    const { identifier, names } = keysOf(agency);
    const mark = (column: Column, kind: string, value: string, what: string): void => {
      const reason = reasons.get(`${kind} ${value}`);
      if (reason !== undefined) faults.push({ column, code: "barred", params: { what, reason } });
    };
    mark("organisation_number", "identifier", identifier, showIdentifier(agency.identifier));
    for (const name of names) mark("server_name", "server_name", name, name);
  }
};

/** Reads a file of agencies against what the directory holds now: every fault of every row, and nothing is changed. */
export const readAgencyFile = async (tx: Tx, csv: string): Promise<AgencyFile> => {
  const digest = digestOfBytes(csv);
  const read = readCsv(csv);
  if (!read.ok)
    return { digest, rows: [], fileFindings: [{ column: null, code: "file_unreadable", params: { row: read.error } }] };
  const [head, ...records] = read.value;
  const headings = head?.cells ?? [];
  const fileFindings = headingFindings(headings);
  if (records.length > MAX_ROWS)
    return { digest, rows: [], fileFindings: [{ column: null, code: "too_many_rows", params: { limit: MAX_ROWS } }] };
  if (fileFindings.length > 0) return { digest, rows: [], fileFindings };
  const columns = headings.map(columnOf);
  const rows = records.map((record) => rowOf(columns, record));
  markRepeated(rows, "organisation_number", ({ identifier }) => identifierKey(identifier));
  markRepeated(rows, "server_name", ({ server }) => server?.name);
  await markHeld(tx, rows);
  await markBarred(tx, rows);
  return { digest, rows, fileFindings };
};

export const invitationsIn = ({ administrator, approvers }: FileAgency) => [
  ...(administrator === undefined ? [] : [{ role: "administrator" as const, email: administrator }]),
  ...approvers.map((email) => ({ role: "approver" as const, email })),
];

/** The agencies of the file, and how many faults stand in the way of any of them. */
export const contentOf = ({ rows, fileFindings }: AgencyFile) => {
  const agencies = rows.flatMap(({ agency }) => (agency === undefined ? [] : [agency]));
  return {
    agencies,
    servers: agencies.filter(({ server }) => server !== undefined).length,
    invitations: agencies.reduce((sum, agency) => sum + invitationsIn(agency).length, 0),
    faults: fileFindings.length + rows.reduce((sum, { faults }) => sum + faults.length, 0),
  };
};

// A row with a fault is said back as it was typed, but a person's own number never is.
const shownRow = ({ line, cells, agency, faults }: FileRow): AgencyFilePreview["rows"][number] => {
  const typed = (cells.organisation_number ?? "").slice(0, 80);
  const personal = isPersonalNumber(typed) || faults.some(({ code }) => code === "personal_number");
  const identifier = agency === undefined ? typed : showIdentifier(agency.identifier);
  return {
    line,
    name: (cells.name_sv ?? "").slice(0, 160),
    identifier: personal ? "" : identifier,
    serverName: agency?.server?.name ?? (cells.server_name || null),
    invitations: agency === undefined ? 0 : invitationsIn(agency).length,
    findings: faults.map(({ params, ...rest }) => ({
      ...rest,
      ...(params === undefined ? {} : { params: { ...params } }),
    })),
  };
};

export const previewOf = (file: AgencyFile): AgencyFilePreview => {
  const { agencies, ...counts } = contentOf(file);
  const faulty = file.rows.filter(({ faults }) => faults.length > 0);
  const fine = file.rows.filter(({ faults }) => faults.length === 0).slice(0, SHOWN);
  return {
    digest: file.digest,
    agencies: agencies.length,
    ...counts,
    rows: [...faulty, ...fine].map(shownRow),
    fileFindings: file.fileFindings.map(({ params, ...rest }) => ({
      ...rest,
      ...(params === undefined ? {} : { params: { ...params } }),
    })),
  };
};
