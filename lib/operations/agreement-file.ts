import {
  AGREEMENT_COLUMNS,
  type AgreementCellFault,
  type AgreementCells,
  type AgreementColumn,
  type AgreementFilePreview,
  agreementColumnOf,
  type FileAgreement,
  isRequiredOfAgreement,
  MOST_AGREEMENTS,
  readAgreementRow,
} from "#lib/contracts/agreement-file.ts";
import { type AgencyRecord, standingAgencies } from "#lib/data/directory.ts";
import { barredAmong, currentMinimum } from "#lib/data/federation-rules.ts";
import { openPairsAmong } from "#lib/data/imports.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { openPairOf } from "#lib/data/trust.ts";
import { barringNames } from "#lib/domain/barred.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import type { ErrorCode, RefusalParams } from "#lib/domain/errors.ts";
import { identifierKey, isPersonalNumber } from "#lib/domain/identifier.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { impossiblePair } from "#lib/domain/platform-limits.ts";
import { askedOf, type Clause, checkClauses } from "#lib/domain/rules.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Terms } from "#lib/domain/trust.ts";
import { readCsv } from "#lib/platform/csv.ts";
import { digestOf, digestOfBytes } from "#lib/platform/digest.ts";

/** Rows of each kind that a preview shows. */
const SHOWN = 200;

type Finding = { readonly column: AgreementColumn | null; readonly code: ErrorCode; readonly params?: RefusalParams };

/** An agency as the rows name it; `servers` are its own alone. */
export type FileParty = {
  readonly agency: AgencyRecord;
  readonly key: string;
  readonly names: readonly ServerName[];
  readonly sharesServer: string | undefined;
  readonly rocketchat: boolean;
};
export type Proposed = {
  readonly line: number;
  readonly home: FileParty;
  readonly partner: FileParty;
  readonly terms: Terms;
  readonly diarienummer: FileAgreement["diarienummer"];
};
type FileRow = {
  readonly line: number;
  readonly cells: AgreementCells;
  readonly faults: AgreementCellFault[];
  proposed?: Proposed;
};
export type AgreementFile = {
  readonly digest: ReturnType<typeof digestOf>;
  readonly rows: readonly FileRow[];
  readonly proposed: readonly Proposed[];
  readonly fileFindings: readonly Finding[];
};

const headingFindings = (head: readonly string[]): readonly Finding[] => {
  const columns = head.map(agreementColumnOf);
  const unknown = head.filter((heading, place) => heading !== "" && columns[place] === undefined);
  const twice = AGREEMENT_COLUMNS.filter((column) => columns.filter((known) => known === column).length > 1);
  const missing = AGREEMENT_COLUMNS.filter((column) => isRequiredOfAgreement(column) && !columns.includes(column));
  return [
    ...missing.map((column): Finding => ({ column, code: "column_missing", params: { column } })),
    // What a stranger wrote is said back cut short.
    ...[...unknown, ...twice].map(
      (column): Finding => ({ column: null, code: "column_unknown", params: { column: column.slice(0, 40) } }),
    ),
  ];
};

/** Every agency by each name that a row may use. */
const partiesByName = (agencies: readonly AgencyRecord[]): ReadonlyMap<string, FileParty> => {
  const served = new Map<string, number>();
  for (const { homeservers } of agencies)
    for (const { serverName } of homeservers) served.set(serverName, (served.get(serverName) ?? 0) + 1);
  const named = new Map<string, FileParty>();
  for (const agency of agencies) {
    const key = identifierKey({ scheme: agency.scheme, value: agency.identifier });
    const names = agency.homeservers.map(({ serverName }) => serverName as ServerName).toSorted(byCodePoint);
    const sharesServer = names.find((name) => (served.get(name) ?? 0) > 1);
    const rocketchat = agency.homeservers.some(({ platform }) => platform === "rocketchat");
    const party = { agency, key, names, sharesServer, rocketchat };
    named.set(key, party);
    for (const name of names) if (served.get(name) === 1) named.set(name, party);
  }
  return named;
};

const partyFault = (column: AgreementColumn, party: FileParty | undefined): AgreementCellFault | undefined => {
  if (party === undefined) return { column, code: "agency_unknown" };
  const params = { agency: party.agency.nameSv };
  if (party.names.length === 0) return { column, code: "agency_without_server", params };
  // Whoever else the server serves would be opened too, and must consent: such an agreement is asked for by hand.
  if (party.sharesServer !== undefined)
    return { column, code: "server_shared", params: { server: party.sharesServer } };
  if (party.agency.state === "suspended") return { column, code: "agency_not_active", params };
  return undefined;
};

const termsOf = ({ purpose, legalBasis, start, end, content }: FileAgreement, a: FileParty, b: FileParty): Terms => ({
  purpose,
  parties: { home: [a.key], partner: [b.key] },
  servers: { home: a.names, partner: b.names },
  ...(legalBasis === undefined ? {} : { legalBasis }),
  ...(start === undefined ? {} : { start }),
  ...(end === undefined ? {} : { end }),
  ...(content === undefined ? {} : { content }),
});

type Judge = {
  readonly named: ReadonlyMap<string, FileParty>;
  readonly clauses: readonly Clause[];
  readonly at: Instant;
};

const propose = (row: FileRow, agreement: FileAgreement, { named, clauses, at }: Judge): Proposed | undefined => {
  const [a, b] = [named.get(agreement.a), named.get(agreement.b)];
  for (const fault of [partyFault("agency_a", a), partyFault("agency_b", b)])
    if (fault !== undefined) row.faults.push(fault);
  if (a === undefined || b === undefined || row.faults.length > 0) return undefined;
  if (a === b) row.faults.push({ column: "agency_b", code: "request_to_self" });
  const impossible =
    a.rocketchat || b.rocketchat ? impossiblePair(a.agency.homeservers, b.agency.homeservers) : undefined;
  if (impossible !== undefined)
    row.faults.push({
      column: "agency_b",
      code: "port_name_with_rocketchat",
      params: { server: impossible.named, other: impossible.rocketchat },
    });
  const terms = termsOf(agreement, a, b);
  if (clauses.length > 0 && checkClauses(clauses, askedOf(terms, [a.agency, b.agency], at)).some(({ holds }) => !holds))
    row.faults.push({ column: "purpose", code: "minimum_rules_broken" });
  return { line: row.line, home: a, partner: b, terms, diarienummer: agreement.diarienummer };
};

const pairOf = ({ home, partner }: Proposed): string => openPairOf(home.agency.id, partner.agency.id);

/** Marks pairs that an earlier row has, and those that have an agreement already. */
const markPairs = async (tx: Tx, rows: readonly FileRow[]): Promise<void> => {
  const first = new Map<string, number>();
  const found = rows.flatMap((row) => (row.proposed === undefined ? [] : [{ row, pair: pairOf(row.proposed) }]));
  const open = await openPairsAmong(
    tx,
    found.map(({ pair }) => pair),
  );
  for (const { row, pair } of found) {
    const before = first.get(pair);
    if (before === undefined) first.set(pair, row.line);
    else row.faults.push({ column: "agency_b", code: "duplicate_in_file", params: { row: before } });
    if (open.has(pair)) row.faults.push({ column: "agency_b", code: "request_already_open" });
  }
};

const markBarred = async (tx: Tx, rows: readonly FileRow[]): Promise<void> => {
  const parties = new Set(rows.flatMap(({ proposed }) => (proposed ? [proposed.home, proposed.partner] : [])));
  const keysOf = ({ key, names }: FileParty) => [key, ...names.flatMap(barringNames)];
  const all = [...parties];
  const bars = await barredAmong(
    tx,
    all.map(({ key }) => key),
    all.flatMap(({ names }) => names.flatMap(barringNames)),
  );
  if (bars.length === 0) return;
  const barred = new Map<AgencyId, (typeof bars)[number]>();
  for (const party of all) {
    const bar = bars.find(({ value }) => keysOf(party).includes(value));
    if (bar !== undefined) barred.set(party.agency.id, bar);
  }
  for (const { proposed, faults } of rows)
    for (const [column, party] of [["agency_a", proposed?.home] as const, ["agency_b", proposed?.partner] as const]) {
      const bar = party === undefined ? undefined : barred.get(party.agency.id);
      if (bar !== undefined)
        faults.push({ column, code: "barred", params: { what: bar.value.replace(/^orgnr:/, ""), reason: bar.reason } });
    }
};

type ReadRow = { readonly line: number; readonly cells: AgreementCells } & ReturnType<typeof readAgreementRow>;
type ReadFile = { readonly digest: ReturnType<typeof digestOfBytes> } & (
  | { readonly fileFindings: readonly Finding[] }
  | { readonly fileFindings: undefined; readonly rows: readonly ReadRow[] }
);

/** What a file says by itself, whatever the directory holds. */
const readFile = (csv: string): ReadFile => {
  const digest = digestOfBytes(csv);
  const none = (...fileFindings: readonly Finding[]) => ({ digest, fileFindings });
  const read = readCsv(csv);
  if (!read.ok) return none({ column: null, code: "file_unreadable", params: { row: read.error } });
  const [head, ...records] = read.value;
  if (records.length > MOST_AGREEMENTS)
    return none({ column: null, code: "too_many_rows", params: { limit: MOST_AGREEMENTS } });
  const findings = headingFindings(head?.cells ?? []);
  if (findings.length > 0) return none(...findings);
  const columns = (head?.cells ?? []).map(agreementColumnOf);
  const rows = records.map(({ line, cells: typed }) => {
    const cells: Partial<Record<AgreementColumn, string>> = {};
    for (const [place, column] of columns.entries()) if (column !== undefined) cells[column] = typed[place] ?? "";
    return { line, cells, ...readAgreementRow(cells) };
  });
  return { digest, fileFindings: undefined, rows };
};

/** A file is read for its preview and soon again to be brought in: the last one is kept so long. */
const KEPT_MS = 600_000;
let last: { readonly csv: string; readonly read: ReadFile; readonly timer: NodeJS.Timeout } | undefined;
const readOnce = (csv: string): ReadFile => {
  if (last?.csv === csv) return last.read;
  clearTimeout(last?.timer);
  const timer = setTimeout(() => (last = undefined), KEPT_MS).unref();
  last = { csv, read: readFile(csv), timer };
  return last.read;
};

const rowOf = ({ line, cells, agreement, faults: found }: ReadRow, judge: Judge): FileRow => {
  const faults = [...found];
  const row: FileRow = { line, cells, faults };
  if (agreement === undefined) return row;
  if (agreement.end !== undefined && agreement.end <= judge.at) faults.push({ column: "end", code: "date_passed" });
  const proposed = propose(row, agreement, judge);
  if (proposed !== undefined) row.proposed = proposed;
  return row;
};

/** Reads a file of agreements against what the directory holds now: every fault of every row, and nothing is changed. */
export const readAgreementFile = async (tx: Tx, csv: string, at: Instant): Promise<AgreementFile> => {
  const read = readOnce(csv);
  const { digest: file, fileFindings } = read;
  if (fileFindings !== undefined) return { digest: file, rows: [], proposed: [], fileFindings };
  const named = partiesByName(await standingAgencies(tx));
  const clauses = (await currentMinimum(tx))?.clauses ?? [];
  const rows = read.rows.map((row) => rowOf(row, { named, clauses, at }));
  await markPairs(tx, rows);
  await markBarred(tx, rows);
  const faulty = rows.flatMap(({ line, faults }) => (faults.length > 0 ? [line] : []));
  const proposed = rows.flatMap((row) => (row.proposed !== undefined && row.faults.length === 0 ? [row.proposed] : []));
  // What is left out is part of what was shown.
  return { digest: digestOf({ file, faulty }), rows, proposed, fileFindings: [] };
};

const shownParty = (typed: string | undefined, faults: readonly AgreementCellFault[], column: AgreementColumn) => {
  const short = (typed ?? "").slice(0, 80);
  const personal = faults.some((fault) => fault.column === column && fault.code === "personal_number");
  return personal || isPersonalNumber(short) ? "" : short;
};

export const shownAgreementFile = ({ digest, rows, proposed, fileFindings }: AgreementFile): AgreementFilePreview => {
  const faulty = rows.filter(({ faults }) => faults.length > 0);
  const fine = rows.filter(({ faults }) => faults.length === 0);
  return {
    digest,
    agreements: proposed.length,
    agencies: new Set(proposed.flatMap(({ home, partner }) => [home.key, partner.key])).size,
    faulty: faulty.length,
    rows: [...faulty.slice(0, SHOWN), ...fine.slice(0, SHOWN)].map(({ line, cells, faults }) => ({
      line,
      a: shownParty(cells.agency_a, faults, "agency_a"),
      b: shownParty(cells.agency_b, faults, "agency_b"),
      purpose: (cells.purpose ?? "").slice(0, 160),
      findings: faults.map(({ params, ...rest }) => ({
        ...rest,
        ...(params === undefined ? {} : { params: { ...params } }),
      })),
    })),
    fileFindings: fileFindings.map(({ params, ...rest }) => ({
      ...rest,
      ...(params === undefined ? {} : { params: { ...params } }),
    })),
  };
};
