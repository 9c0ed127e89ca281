import { agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { type AgencyId, type AgreementId, type ImportId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { IMPORT_MOVES, type ImportAct, type ImportFacts, type ImportParty } from "#lib/domain/import.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import { readerOf } from "./reader.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type NewImportRow = {
  readonly line: number;
  readonly home: AgencyId;
  readonly partner: AgencyId;
  /** Canonical JSON: the digest is over exactly these bytes. */
  readonly terms: string;
  readonly digest: string;
  readonly diarienummer: { readonly home: string | undefined; readonly partner: string | undefined };
};
type NewParty = ImportParty & { readonly rows: number };
export type NewImport = {
  readonly id: ImportId;
  readonly digest: string;
  readonly leftOut: number;
  readonly by: PersonId;
  readonly at: Instant;
  readonly rows: readonly NewImportRow[];
  readonly parties: readonly NewParty[];
};

/** Stores a batch with its rows and whose word on them is asked for: a statement for each table. */
export const addImport = async (tx: Tx, { id, digest, leftOut, by, at, rows, parties }: NewImport): Promise<void> => {
  await tx.$executeRaw`insert into import_batch (id, digest, rows, left_out, created_by, created_at)
    values (${id}::uuid, ${digest}, ${rows.length}::int, ${leftOut}::int, ${by}::uuid, ${at}::bigint)`;
  await tx.$executeRaw`insert into import_row
      (batch_id, line, home_id, partner_id, terms, digest, home_diarienummer, partner_diarienummer)
    select ${id}::uuid, r.* from unnest(${rows.map(({ line }) => line)}::int[], ${rows.map(({ home }) => home)}::uuid[],
      ${rows.map(({ partner }) => partner)}::uuid[], ${rows.map(({ terms }) => terms)}::text[],
      ${rows.map((row) => row.digest)}::text[], ${rows.map(({ diarienummer }) => diarienummer.home ?? null)}::text[],
      ${rows.map(({ diarienummer }) => diarienummer.partner ?? null)}::text[]) r`;
  await tx.$executeRaw`insert into import_party (batch_id, agency_id, rows, digest, approvers_required)
    select ${id}::uuid, p.* from unnest(${parties.map(({ agency }) => agency)}::uuid[],
      ${parties.map((party) => party.rows)}::int[], ${parties.map((party) => party.digest)}::text[],
      ${parties.map(({ approversRequired }) => approversRequired)}::int[]) p`;
};

export type ImportRecord = Omit<ImportFacts, "parties"> & {
  readonly id: ImportId;
  readonly digest: string;
  readonly createdAt: Instant;
  /** All of the batch, also those that are not the reader's to see. */
  readonly rows: number;
  readonly version: number;
  readonly parties: readonly NewParty[];
};

const INCLUDE = {
  parties: { orderBy: { agencyId: "asc" } },
  acts: { orderBy: [{ at: "asc" }, { id: "asc" }] },
} as const satisfies Prisma.ImportBatchInclude;
type Row = Prisma.ImportBatchGetPayload<{ include: typeof INCLUDE }>;

const recordOf = (row: Row): ImportRecord => ({
  id: idOf("imp", row.id),
  digest: row.digest,
  createdBy: idOf("per", row.createdBy),
  createdAt: instant(Number(row.createdAt)),
  rows: row.rows,
  version: row.version,
  parties: row.parties.map(({ agencyId, rows, digest, approversRequired }) => ({
    agency: idOf("agy", agencyId),
    rows,
    digest,
    approversRequired: approversRequired === 2 ? 2 : 1,
  })),
  acts: row.acts.map(
    ({ kind, agencyId, personId, digest, leftOut, reason, at }): ImportAct => ({
      kind: oneOf(IMPORT_MOVES, kind),
      agency: agencyId === null ? undefined : idOf("agy", agencyId),
      person: idOf("per", personId),
      digest,
      leftOut,
      reason: reason ?? undefined,
      at: instant(Number(at)),
    }),
  ),
});

/** A batch is known to the agencies of its rows and to coordinators. */
const seenBy = (tx: Tx): Prisma.ImportBatchWhereInput => {
  const reader = readerOf(tx);
  if (reader === undefined || isCoordinator(reader)) return {};
  return { parties: { some: { agencyId: { in: [...agenciesOf(reader)] } } } };
};

const rowsSeenBy = (tx: Tx): Prisma.ImportRowWhereInput => {
  const reader = readerOf(tx);
  if (reader === undefined || isCoordinator(reader)) return {};
  const own = { in: [...agenciesOf(reader)] };
  return { OR: [{ homeId: own }, { partnerId: own }] };
};

/** A batch with the parties and acts that the reader may see: one's own agencies, and those they meet in it. */
export const getImport = async (tx: Tx, id: ImportId): Promise<ImportRecord | undefined> => {
  const row = await tx.importBatch.findFirst({ where: { AND: [{ id }, seenBy(tx)] }, include: INCLUDE });
  return row === null ? undefined : recordOf(row);
};

/** The batches that the reader may know of, the newest first. */
export const listImports = async (tx: Tx, limit: number): Promise<readonly ImportRecord[]> => {
  const rows = await tx.importBatch.findMany({
    where: seenBy(tx),
    include: INCLUDE,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(recordOf);
};

/** The newest batches with rows of these agencies: their own parts, and what was done about those. */
export const importsOf = async (
  tx: Tx,
  agencies: readonly AgencyId[],
  limit: number,
): Promise<readonly ImportRecord[]> => {
  const own = { agencyId: { in: [...agencies] } };
  const rows = await tx.importBatch.findMany({
    where: { parties: { some: own } },
    include: {
      parties: { where: own, orderBy: { agencyId: "asc" } },
      acts: { where: { OR: [own, { agencyId: null }] }, orderBy: [{ at: "asc" }, { id: "asc" }] },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(recordOf);
};

export type ImportRowRecord = NewImportRow & {
  readonly agreement: AgreementId | undefined;
  readonly code: string | undefined;
};

/** The rows of a batch that the reader may see, in the order of the file, after the one that the page before ended with. */
export const importRows = async (
  tx: Tx,
  id: ImportId,
  after: number,
  limit?: number,
): Promise<readonly ImportRowRecord[]> => {
  const rows = await tx.importRow.findMany({
    where: { AND: [{ batchId: id, line: { gt: after } }, rowsSeenBy(tx)] },
    orderBy: { line: "asc" },
    ...(limit === undefined ? {} : { take: limit }),
  });
  return rows.map((row) => ({
    line: row.line,
    home: idOf("agy", row.homeId),
    partner: idOf("agy", row.partnerId),
    terms: row.terms,
    digest: row.digest,
    diarienummer: { home: row.homeDiarienummer ?? undefined, partner: row.partnerDiarienummer ?? undefined },
    agreement: row.agreementId === null ? undefined : idOf("agr", row.agreementId),
    code: row.code ?? undefined,
  }));
};

/** How many rows of a batch the reader may see, and on how many of them an agreement stands. */
export const countImportRows = async (
  tx: Tx,
  id: ImportId,
): Promise<{ readonly rows: number; readonly made: number }> => {
  const where = { AND: [{ batchId: id }, rowsSeenBy(tx)] };
  const made = { AND: [...where.AND, { agreementId: { not: null } }] };
  return { rows: await tx.importRow.count({ where }), made: await tx.importRow.count({ where: made }) };
};

/** Which lines among these are rows of that agency. */
export const linesOf = async (
  tx: Tx,
  id: ImportId,
  agency: AgencyId,
  lines: readonly number[],
): Promise<readonly number[]> => {
  const rows = await tx.importRow.findMany({
    where: { batchId: id, line: { in: [...lines] }, OR: [{ homeId: agency }, { partnerId: agency }] },
    select: { line: true },
  });
  return rows.map(({ line }) => line);
};

/** Serialises those who decide about one batch until the transaction ends. */
export const lockImport = async (tx: Tx, id: ImportId): Promise<void> => {
  await tx.$queryRaw`select id from import_batch where id = ${id}::uuid for update`;
};

/** Records one act, and that the worker is to look; answers the batch's new version. */
export const appendImportAct = async (tx: Tx, id: ImportId, act: ImportAct): Promise<number> => {
  await tx.importAct.createMany({
    data: [
      {
        id: newId(),
        batchId: id,
        kind: act.kind,
        agencyId: act.agency ?? null,
        personId: act.person,
        digest: act.digest,
        leftOut: [...act.leftOut],
        reason: act.reason ?? null,
        at: BigInt(act.at),
      },
    ],
  });
  const { version } = await tx.importBatch.update({
    where: { id },
    data: { version: { increment: 1 }, settleAt: 0n },
    select: { version: true },
  });
  return version;
};

/** Batches at which the worker is to look now. */
export const importsToSettle = async (tx: Tx, now: Instant): Promise<readonly ImportId[]> => {
  const rows = await tx.importBatch.findMany({
    where: { settleAt: { lte: BigInt(now) } },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map(({ id }) => idOf("imp", id));
};

/** Says when the worker is to look again, unless somebody has acted since that version: never, where only an act changes anything. */
export const setImportSettleAt = async (
  tx: Tx,
  { id, version }: Pick<ImportRecord, "id" | "version">,
  next: Instant | undefined,
): Promise<void> => {
  await tx.importBatch.updateMany({
    where: { id, version },
    data: { settleAt: next === undefined ? null : BigInt(next) },
  });
};

/** What became of rows: the agreement that was made of each, or why none was. */
export const setImportOutcomes = async (
  tx: Tx,
  id: ImportId,
  outcomes: readonly { readonly line: number; readonly agreement?: AgreementId; readonly code?: string }[],
): Promise<void> => {
  await tx.$executeRaw`update import_row r set agreement_id = o.agreement, code = o.code
    from unnest(${outcomes.map(({ line }) => line)}::int[], ${outcomes.map(({ agreement }) => agreement ?? null)}::uuid[],
      ${outcomes.map(({ code }) => code ?? null)}::text[]) as o (line, agreement, code)
    where r.batch_id = ${id}::uuid and r.line = o.line`;
};

/** Which of these pairs have an open request or agreement. */
export const openPairsAmong = async (tx: Tx, pairs: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await tx.$queryRaw<{ pair: string }[]>`select open_pair as pair from agreement
    where open_pair = any(${[...pairs]}::text[])`;
  return new Set(rows.map(({ pair }) => pair));
};
