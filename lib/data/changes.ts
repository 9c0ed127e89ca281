import { agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { CHANGE_KINDS, CHANGE_STATES, type ChangeKind, type ChangeState } from "#lib/domain/directory.ts";
import { type AgencyId, type ChangeId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import { knowledgeOf, readerOf } from "./reader.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

type Values = Readonly<Record<string, unknown>>;

export type ChangeRecord = {
  readonly id: ChangeId;
  readonly agency: AgencyId;
  readonly homeserver: HomeserverId | undefined;
  readonly kind: ChangeKind;
  readonly before: Values;
  readonly after: Values;
  readonly proposedBy: PersonId | undefined;
  readonly state: ChangeState;
  readonly decidedBy: PersonId | undefined;
  readonly decidedAt: Instant | undefined;
  readonly reason: string | null;
  readonly at: Instant;
};

const valuesOf = (value: unknown): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

const recordOf = (row: Prisma.ChangeProposalGetPayload<object>): ChangeRecord => ({
  id: idOf("chg", row.id),
  agency: idOf("agy", row.agencyId),
  homeserver: row.homeserverId === null ? undefined : idOf("hs", row.homeserverId),
  kind: oneOf(CHANGE_KINDS, row.kind),
  before: valuesOf(row.before),
  after: valuesOf(row.after),
  proposedBy: row.proposedBy === null ? undefined : idOf("per", row.proposedBy),
  state: oneOf(CHANGE_STATES, row.state),
  decidedBy: row.decidedBy === null ? undefined : idOf("per", row.decidedBy),
  decidedAt: row.decidedAt === null ? undefined : instant(Number(row.decidedAt)),
  reason: row.reason,
  at: instant(Number(row.at)),
});

export type NewChange = {
  readonly agency: AgencyId;
  readonly homeserver?: HomeserverId | undefined;
  readonly kind: ChangeKind;
  readonly before: Prisma.InputJsonObject;
  readonly after: Prisma.InputJsonObject;
  readonly proposedBy: PersonId | undefined;
  readonly at: Instant;
};

/** Stores a proposal; returns its id. */
export const proposeChange = async (tx: Tx, change: NewChange): Promise<ChangeId> => {
  const id = idOf("chg", newId());
  await tx.changeProposal.create({
    data: {
      id,
      agencyId: change.agency,
      homeserverId: change.homeserver ?? null,
      kind: change.kind,
      before: change.before,
      after: change.after,
      proposedBy: change.proposedBy ?? null,
      state: "open",
      at: BigInt(change.at),
    },
  });
  return id;
};

/** Serialises those who decide one change; answers it as it stands under the lock. */
export const lockChange = async (tx: Tx, id: ChangeId): Promise<ChangeRecord | undefined> => {
  await tx.$queryRaw`select id from change_proposal where id = ${id}::uuid for update`;
  return getChange(tx, id);
};

export const getChange = async (tx: Tx, id: ChangeId): Promise<ChangeRecord | undefined> => {
  const row = await tx.changeProposal.findUnique({ where: { id } });
  return row === null || knowledgeOf(tx, [row.agencyId]) === "nothing" ? undefined : recordOf(row);
};

export type ChangeFilter = {
  readonly agencies?: readonly AgencyId[] | undefined;
  readonly homeserver?: HomeserverId | undefined;
  readonly state?: ChangeState | undefined;
};

/** Changes, newest first; `before` is the last id of the page before. */
export const listChanges = async (
  tx: Tx,
  { agencies, homeserver, state }: ChangeFilter,
  before: string | undefined,
  limit: number,
): Promise<readonly ChangeRecord[]> => {
  const reader = readerOf(tx);
  const rows = await tx.changeProposal.findMany({
    where: {
      ...(agencies === undefined ? {} : { agencyId: { in: [...agencies] } }),
      ...(homeserver === undefined ? {} : { homeserverId: homeserver }),
      ...(state === undefined ? {} : { state }),
      ...(before === undefined ? {} : { id: { lt: before } }),
      ...(reader === undefined || isCoordinator(reader) ? {} : { AND: { agencyId: { in: [...agenciesOf(reader)] } } }),
    },
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.map(recordOf);
};

/** Closes a proposal with the approver's word. */
export const closeChange = async (
  tx: Tx,
  id: ChangeId,
  decided: {
    readonly state: "approved" | "rejected";
    readonly by: PersonId;
    readonly reason: string | undefined;
    readonly at: Instant;
  },
): Promise<void> => {
  await tx.changeProposal.update({
    where: { id },
    data: {
      state: decided.state,
      decidedBy: decided.by,
      decidedAt: BigInt(decided.at),
      reason: decided.reason ?? null,
      version: { increment: 1 },
    },
  });
};
