import { agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { AUDIT_OUTCOMES, type AuditOutcome } from "#lib/domain/audit.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Prisma } from "./generated/client.ts";
import { knowledgeOf, readerOf } from "./reader.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type AuditRecord = {
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string | null;
  readonly agencies: readonly AgencyId[];
  readonly kind: string;
  readonly subject: string;
  readonly outcome: AuditOutcome;
  readonly code: string | null;
  readonly traceId: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly hash: string;
};

export type AuditFilter = {
  readonly kind?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly agency?: AgencyId | undefined;
  readonly subject?: string | undefined;
  readonly traceId?: string | undefined;
  readonly actor?: string | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly q?: string | undefined;
};

const whereOf = ({ kind, outcome, agency, subject, traceId, actor, from, until, q }: AuditFilter) => {
  const where: Prisma.AuditWhereInput[] = [];
  if (kind !== undefined) where.push(kind.endsWith("*") ? { kind: { startsWith: kind.slice(0, -1) } } : { kind });
  if (outcome !== undefined) where.push({ outcome });
  if (agency !== undefined) where.push({ agencyIds: { has: agency } });
  if (subject !== undefined) where.push({ subject });
  if (traceId !== undefined) where.push({ traceId });
  if (actor !== undefined) where.push({ actor });
  if (from !== undefined) where.push({ at: { gte: BigInt(from) } });
  if (until !== undefined) where.push({ at: { lt: BigInt(until) } });
  if (q !== undefined && q !== "")
    where.push({ OR: [{ kind: { contains: q } }, { subject: { contains: q } }, { code: q }] });
  return where;
};

const detailsOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;

/** Rows of the log that the reader may see, newest first; `before` is the last sequence of the page before. */
export const listAudit = async (
  tx: Tx,
  filter: AuditFilter,
  before: number | undefined,
  limit: number,
): Promise<readonly AuditRecord[]> => {
  const reader = readerOf(tx);
  const own: Prisma.AuditWhereInput[] =
    reader === undefined
      ? []
      : [{ OR: [{ agencyIds: { hasSome: [...agenciesOf(reader)] } }, { actor: reader.pseudonym }] }];
  const seen = reader !== undefined && isCoordinator(reader) ? [] : own;
  const where = [...whereOf(filter), ...seen, ...(before === undefined ? [] : [{ seq: { lt: BigInt(before) } }])];
  const rows = await tx.audit.findMany({ where: { AND: where }, orderBy: { seq: "desc" }, take: limit });
  // A coordinator knows that a decision was made; its reason is for the parties, and for who made it.
  const told = rows.filter(
    (row) =>
      !row.kind.startsWith("trust.") || row.actor === reader?.pseudonym || knowledgeOf(tx, row.agencyIds) === "all",
  );
  const details = await tx.auditDetail.findMany({ where: { seq: { in: told.map(({ seq }) => seq) } } });
  const bySeq = new Map(details.map((detail) => [detail.seq, detail.details]));
  return rows.map((row) => ({
    seq: Number(row.seq),
    at: instant(Number(row.at)),
    actor: row.actor,
    agencies: row.agencyIds.map((id) => idOf("agy", id)),
    kind: row.kind,
    subject: row.subject,
    outcome: oneOf(AUDIT_OUTCOMES, row.outcome),
    code: row.code,
    traceId: row.traceId,
    details: detailsOf(bySeq.get(row.seq)),
    hash: Buffer.from(row.hash).toString("hex"),
  }));
};

/** The names behind pseudonyms, of those the reader may see and that are not erased. */
export const namesOfPseudonyms = async (
  tx: Tx,
  pseudonyms: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await tx.person.findMany({
    where: { pseudonym: { in: [...new Set(pseudonyms)] } },
    select: { pseudonym: true, name: { select: { name: true } } },
  });
  return new Map(rows.flatMap(({ pseudonym, name }) => (name === null ? [] : [[pseudonym, name.name] as const])));
};
