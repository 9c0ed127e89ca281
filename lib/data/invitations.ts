import type { Role } from "#lib/domain/access.ts";
import { type AgencyId, type InvitationId, idOf, type OperatorId, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { type AgencyRow, agencyRow, type OperatorRow, roleOf } from "./people.ts";
import type { Tx } from "./transaction.ts";

export type Invitation = {
  readonly id: InvitationId;
  readonly role: Role;
  readonly agency: AgencyRow | undefined;
  readonly operator: OperatorRow | undefined;
  readonly email: string | undefined;
  readonly createdBy: PersonId | undefined;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly redeemedAt: Instant | undefined;
  readonly redeemedBy: PersonId | undefined;
  readonly revokedAt: Instant | undefined;
};

type Columns = {
  readonly id: string;
  readonly role: string;
  readonly email: string | null;
  readonly createdBy: string | null;
  readonly createdAt: bigint;
  readonly expiresAt: bigint;
  readonly redeemedAt: bigint | null;
  readonly redeemedBy: string | null;
  readonly revokedAt: bigint | null;
  readonly agency: Parameters<typeof agencyRow>[0] | null;
  readonly operator: { readonly id: string; readonly name: string } | null;
};

const at = (value: bigint | null): Instant | undefined => (value === null ? undefined : instant(Number(value)));
const person = (id: string | null): PersonId | undefined => (id === null ? undefined : idOf("per", id));

const invitationOf = (row: Columns): Invitation => ({
  id: idOf("inv", row.id),
  role: roleOf(row.role),
  agency: row.agency === null ? undefined : agencyRow(row.agency),
  operator: row.operator === null ? undefined : { id: idOf("opr", row.operator.id), name: row.operator.name },
  email: row.email ?? undefined,
  createdBy: person(row.createdBy),
  createdAt: instant(Number(row.createdAt)),
  expiresAt: instant(Number(row.expiresAt)),
  redeemedAt: at(row.redeemedAt),
  redeemedBy: person(row.redeemedBy),
  revokedAt: at(row.revokedAt),
});

const around = { agency: true, operator: true } as const;

export type NewInvitation = {
  readonly id: InvitationId;
  readonly tokenHash: string;
  readonly role: Role;
  readonly agency: AgencyId | undefined;
  readonly operator: OperatorId | undefined;
  readonly email: string | undefined;
  readonly createdBy: PersonId | undefined;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
};

/** Stores an invitation by its token's hash. */
export const addInvitation = async (tx: Tx, given: NewInvitation): Promise<void> => {
  const { agency, operator, email, createdBy, createdAt, expiresAt, ...rest } = given;
  await tx.invitation.create({
    data: {
      ...rest,
      agencyId: agency ?? null,
      operatorId: operator ?? null,
      email: email ?? null,
      createdBy: createdBy ?? null,
      createdAt: BigInt(createdAt),
      expiresAt: BigInt(expiresAt),
    },
  });
};

/** The invitation behind a token, whatever its state. */
export const findInvitation = async (tx: Tx, tokenHash: string): Promise<Invitation | undefined> => {
  const row = await tx.invitation.findUnique({ where: { tokenHash }, include: around });
  return row === null ? undefined : invitationOf(row);
};

/** Uses an invitation up for a person; of any number of attempts at once exactly one is told true. */
export const claimInvitation = async (
  tx: Tx,
  tokenHash: string,
  redeemedBy: PersonId,
  now: Instant,
): Promise<boolean> =>
  (
    await tx.invitation.updateMany({
      where: { tokenHash, redeemedAt: null, revokedAt: null, expiresAt: { gt: BigInt(now) } },
      data: { redeemedAt: BigInt(now), redeemedBy },
    })
  ).count === 1;

/** An invitation by id. */
export const getInvitation = async (tx: Tx, id: InvitationId): Promise<Invitation | undefined> => {
  const row = await tx.invitation.findUnique({ where: { id }, include: around });
  return row === null ? undefined : invitationOf(row);
};

/** Takes back an invitation that nobody has redeemed; false if there is none. */
export const revokeInvitationRow = async (tx: Tx, id: InvitationId, now: Instant): Promise<boolean> =>
  (
    await tx.invitation.updateMany({
      where: { id, redeemedAt: null, revokedAt: null },
      data: { revokedAt: BigInt(now) },
    })
  ).count === 1;

/** Invitations newest first, after `cursor`; those of the agencies named, or (undefined) all. */
export const invitationsAfter = async (
  tx: Tx,
  agencies: readonly AgencyId[] | undefined,
  cursor: string | undefined,
  limit: number,
): Promise<readonly Invitation[]> => {
  const rows = await tx.invitation.findMany({
    where: {
      ...(agencies && { agencyId: { in: [...agencies] } }),
      ...(cursor !== undefined && { id: { lt: cursor } }),
    },
    include: around,
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.map(invitationOf);
};
