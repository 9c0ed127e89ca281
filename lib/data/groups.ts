import { z } from "zod";
import { agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import {
  GROUP_KINDS,
  GROUP_MOVES,
  type GroupAct,
  type GroupFacts,
  type GroupKind,
  type GroupMember,
  type GroupTerms,
  JOININGS,
} from "#lib/domain/group.ts";
import { type AgencyId, type AgreementId, type GroupId, idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import type { Party } from "#lib/domain/trust.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import { readerOf } from "./reader.ts";
import { StoredContent } from "./terms-content.ts";
import type { Tx } from "./transaction.ts";
import { addTerms, type NewTerms } from "./trust.ts";
import { oneOf } from "./words.ts";

export type MemberRecord = GroupMember & { readonly servers: readonly ServerName[] };
export type PairRecord = {
  readonly a: AgencyId;
  readonly b: AgencyId;
  readonly agreement: AgreementId;
  readonly open: boolean;
};

/** A group as the reader may see it: `pairs` are the reader's own; the worker sees all. */
export type GroupRecord = {
  readonly id: GroupId;
  readonly kind: GroupKind;
  readonly name: string;
  readonly digest: string;
  readonly terms: GroupTerms;
  readonly maker: AgencyId | undefined;
  readonly createdBy: PersonId;
  readonly createdAt: Instant;
  readonly version: number;
  readonly members: readonly MemberRecord[];
  readonly acts: readonly GroupAct[];
  readonly pairs: readonly PairRecord[];
};

const serverName = z.string().transform((text, ctx): ServerName => {
  const name = parseServerName(text);
  if (name.ok) return name.value;
  ctx.addIssue({ code: "custom", message: "not a server name" });
  return z.NEVER;
});
const at = z.int().transform(instant);
const Document = z
  .object({
    kind: z.enum(GROUP_KINDS),
    name: z.string(),
    purpose: z.string(),
    members: z.array(z.object({ agency: z.string(), servers: z.array(serverName) })),
    joining: z.enum(JOININGS),
    legal_basis: z.string().optional(),
    objection_ms: z.int().optional(),
    start: at.optional(),
    end: at.optional(),
    content: StoredContent.optional(),
  })
  .transform(
    ({ legal_basis, objection_ms, ...rest }): GroupTerms => ({
      ...rest,
      ...(legal_basis === undefined ? {} : { legalBasis: legal_basis }),
      ...(objection_ms === undefined ? {} : { objectionMs: objection_ms }),
    }),
  );

const INCLUDE = {
  members: { orderBy: [{ since: "asc" }, { agencyId: "asc" }] },
  acts: { orderBy: [{ at: "asc" }, { id: "asc" }] },
  pairs: { include: { agreement: { select: { stage: true } } } },
} as const satisfies Prisma.TrustGroupInclude;
type Row = Prisma.TrustGroupGetPayload<{ include: typeof INCLUDE }>;

const maybe = (id: string | null): AgencyId | undefined => (id === null ? undefined : idOf("agy", id));

const actOf = (row: Row["acts"][number]): GroupAct => ({
  kind: oneOf([...GROUP_MOVES, "propose"] as const, row.kind),
  agency: maybe(row.agencyId),
  about: maybe(row.aboutId),
  person: idOf("per", row.personId),
  digest: row.digest,
  ceiling: LEVELS.find((level) => level === row.ceiling),
  at: instant(Number(row.at)),
  diarienummer: row.diarienummer ?? undefined,
  reason: row.reason ?? undefined,
});

const memberOf = (row: Row["members"][number]): MemberRecord => ({
  agency: idOf("agy", row.agencyId),
  approversRequired: row.approversRequired === 2 ? 2 : 1,
  servers: row.servers.map((name) => serverName.parse(name)),
  digest: row.digest,
  since: instant(Number(row.since)),
  newcomer: row.document !== null,
  entersAt: row.entersAt === null ? undefined : instant(Number(row.entersAt)),
});

const recordOf = (row: Row): GroupRecord => ({
  id: idOf("grp", row.id),
  kind: oneOf(GROUP_KINDS, row.kind),
  name: row.name,
  digest: row.digest,
  terms: Document.parse(JSON.parse(row.document)),
  maker: maybe(row.makerAgency),
  createdBy: idOf("per", row.createdBy),
  createdAt: instant(Number(row.createdAt)),
  version: row.version,
  members: row.members.map(memberOf),
  acts: row.acts.map(actOf),
  pairs: row.pairs.map(({ aId, bId, agreementId, agreement }) => ({
    a: idOf("agy", aId),
    b: idOf("agy", bId),
    agreement: idOf("agr", agreementId),
    open: agreement.stage !== "closed",
  })),
});

/** What the fold needs. */
export const groupFactsOf = ({ kind, terms, members }: GroupRecord): GroupFacts => ({
  kind,
  joining: terms.joining,
  members,
  end: terms.end,
});

/** A group is known to its members and to coordinators. */
const seenBy = (tx: Tx): Prisma.TrustGroupWhereInput => {
  const reader = readerOf(tx);
  if (reader === undefined || isCoordinator(reader)) return {};
  return { members: { some: { agencyId: { in: [...agenciesOf(reader)] } } } };
};

export const getGroup = async (tx: Tx, id: GroupId): Promise<GroupRecord | undefined> => {
  const row = await tx.trustGroup.findFirst({ where: { AND: [{ id }, seenBy(tx)] }, include: INCLUDE });
  return row === null ? undefined : recordOf(row);
};

/** The groups that the reader may know of, the newest first. */
export const listGroups = async (tx: Tx, limit: number): Promise<readonly GroupRecord[]> => {
  const rows = await tx.trustGroup.findMany({
    where: seenBy(tx),
    include: INCLUDE,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(recordOf);
};

/** What those groups are called, by public id, as far as the reader may know of them. */
export const namesOfGroups = async (tx: Tx, ids: readonly GroupId[]): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map();
  const rows = await tx.trustGroup.findMany({
    where: { AND: [{ id: { in: [...new Set(ids)] } }, seenBy(tx)] },
    select: { id: true, name: true },
  });
  return new Map(rows.map(({ id, name }) => [toPublicId("grp", idOf("grp", id)), name]));
};

/** Serialises those who decide about one group until the transaction ends. */
export const lockGroup = async (tx: Tx, id: GroupId): Promise<void> => {
  await tx.$queryRaw`select id from trust_group where id = ${id}::uuid for update`;
};

export type NewMember = Omit<MemberRecord, "newcomer"> & {
  /** Its own document; absent for a founder. */
  readonly document?: string | undefined;
};

const memberRow = (group: GroupId, { document, entersAt, ...member }: NewMember) => ({
  groupId: group,
  agencyId: member.agency,
  approversRequired: member.approversRequired,
  servers: [...member.servers],
  digest: member.digest,
  document: document ?? null,
  since: BigInt(member.since),
  entersAt: entersAt === undefined ? null : BigInt(entersAt),
});

export type NewGroup = Pick<GroupRecord, "id" | "kind" | "name" | "digest" | "maker" | "createdBy" | "createdAt"> & {
  readonly document: string;
  readonly members: readonly NewMember[];
};

export const addGroup = async (tx: Tx, { maker, createdAt, members, ...group }: NewGroup): Promise<void> => {
  await tx.trustGroup.create({
    data: { ...group, makerAgency: maker ?? null, createdAt: BigInt(createdAt) },
    select: { id: true },
  });
  await tx.trustGroupMember.createMany({ data: members.map((member) => memberRow(group.id, member)) });
};

export const addMember = async (tx: Tx, group: GroupId, member: NewMember): Promise<void> => {
  await tx.trustGroupMember.createMany({ data: [memberRow(group, member)] });
};

/** Records one act; the worker is to look at once. Answers the group's new version. */
export const appendGroupAct = async (tx: Tx, group: GroupId, act: GroupAct): Promise<number> => {
  await tx.trustGroupAct.createMany({
    data: [
      {
        id: newId(),
        groupId: group,
        kind: act.kind,
        agencyId: act.agency ?? null,
        aboutId: act.about ?? null,
        personId: act.person,
        digest: act.digest,
        ceiling: act.ceiling ?? null,
        diarienummer: act.diarienummer ?? null,
        reason: act.reason ?? null,
        at: BigInt(act.at),
      },
    ],
  });
  const { version } = await tx.trustGroup.update({
    where: { id: group },
    data: { version: { increment: 1 }, settleAt: 0n },
    select: { version: true },
  });
  return version;
};

/** Groups at which the worker is to look now. */
export const groupsToSettle = async (tx: Tx, now: Instant): Promise<readonly GroupId[]> => {
  const rows = await tx.trustGroup.findMany({
    where: { settleAt: { lte: BigInt(now) } },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map(({ id }) => idOf("grp", id));
};

/** Says when the worker is to look again; never, where only an act changes anything. */
export const setSettleAt = async (tx: Tx, group: GroupId, next: Instant | undefined): Promise<void> => {
  await tx.trustGroup.update({
    where: { id: group },
    data: { settleAt: next === undefined ? null : BigInt(next) },
    select: { id: true },
  });
};

/** Ties a pair of members to the agreement that it stands on. */
export const addPair = async (tx: Tx, group: GroupId, { a, b, agreement }: Omit<PairRecord, "open">): Promise<void> => {
  await tx.trustGroupPair.createMany({ data: [{ groupId: group, aId: a, bId: b, agreementId: agreement }] });
};

export type CarriedAgreement = {
  readonly id: AgreementId;
  readonly parties: readonly Party[];
  readonly terms: NewTerms;
};

/** Stores an agreement to which both sides have consented already: the decisions that say so follow in the same act. */
export const addCarried = async (tx: Tx, { id, parties, terms }: CarriedAgreement): Promise<void> => {
  // Without a name of its own for the pair: the two may agree on more beside it.
  await tx.agreement.create({ data: { id, stage: "agreed", createdAt: BigInt(terms.at) }, select: { id: true } });
  await tx.agreementParty.createMany({
    data: parties.map(({ agency, side, approversRequired }) => ({
      agreementId: id,
      agencyId: agency,
      side,
      approversRequired,
    })),
  });
  await addTerms(tx, id, terms);
};
