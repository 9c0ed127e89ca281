import { ROLES, type Role } from "#lib/domain/access.ts";
import { type AgencyId, idOf, type MembershipId, type OperatorId, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

export type AgencyRow = {
  readonly id: AgencyId;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly scheme: string;
  readonly identifier: string;
  readonly state: string;
};
export type OperatorRow = { readonly id: OperatorId; readonly name: string };

export type HeldMembership = {
  readonly id: MembershipId;
  readonly person: PersonId;
  readonly role: Role;
  readonly agency: AgencyRow | undefined;
  readonly operator: OperatorRow | undefined;
  readonly createdAt: Instant;
};

export type PersonRecord = {
  readonly id: PersonId;
  readonly pseudonym: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly disabled: boolean;
  readonly issuers: readonly string[];
  readonly memberships: readonly HeldMembership[];
  readonly createdAt: Instant;
};

type AgencyColumns = Omit<AgencyRow, "id"> & { readonly id: string };
type MembershipColumns = {
  readonly id: string;
  readonly personId: string;
  readonly role: string;
  readonly createdAt: bigint;
  readonly agency: AgencyColumns | null;
  readonly operator: { readonly id: string; readonly name: string } | null;
};

export const agencyRow = ({ id, nameSv, nameEn, scheme, identifier, state }: AgencyColumns): AgencyRow => ({
  id: idOf("agy", id),
  nameSv,
  nameEn,
  scheme,
  identifier,
  state,
});

export const roleOf = (text: string): Role => {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new RangeError(`not a role: ${text}`);
  return role;
};

const heldOf = (row: MembershipColumns): HeldMembership => ({
  id: idOf("mem", row.id),
  person: idOf("per", row.personId),
  role: roleOf(row.role),
  agency: row.agency === null ? undefined : agencyRow(row.agency),
  operator: row.operator === null ? undefined : { id: idOf("opr", row.operator.id), name: row.operator.name },
  createdAt: instant(Number(row.createdAt)),
});

const held = { agency: true, operator: true } as const;
const whole = {
  name: true,
  identities: true,
  memberships: { where: { state: "active" }, include: held, orderBy: { id: "asc" } },
} as const;

type PersonColumns = {
  readonly id: string;
  readonly pseudonym: string;
  readonly disabledAt: bigint | null;
  readonly createdAt: bigint;
  readonly name: { readonly name: string; readonly email: string | null } | null;
  readonly identities: readonly { readonly issuer: string }[];
  readonly memberships: readonly MembershipColumns[];
};

const recordOf = (row: PersonColumns): PersonRecord => ({
  id: idOf("per", row.id),
  pseudonym: row.pseudonym,
  name: row.name?.name,
  email: row.name?.email ?? undefined,
  disabled: row.disabledAt !== null,
  issuers: [...new Set(row.identities.map(({ issuer }) => issuer))],
  memberships: row.memberships.map(heldOf),
  createdAt: instant(Number(row.createdAt)),
});

export type NewPerson = {
  readonly id: PersonId;
  readonly pseudonym: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly locale: "sv" | "en";
  readonly at: Instant;
};

/** Adds a person; the name goes to its own, erasable table. */
export const addPerson = async (tx: Tx, { id, pseudonym, name, email, locale, at }: NewPerson): Promise<void> => {
  await tx.person.create({ data: { id, pseudonym, locale, createdAt: BigInt(at) } });
  if (name !== undefined) await tx.personName.create({ data: { personId: id, name, email: email ?? null } });
};

/** Binds a person to issuer and subject. Throws on a second person for the same pair. */
export const addIdentity = async (tx: Tx, issuer: string, subject: string, person: PersonId): Promise<void> => {
  await tx.identity.create({ data: { issuer, subject, personId: person } });
};

/** The person behind issuer and subject. */
export const findByIdentity = async (tx: Tx, issuer: string, subject: string): Promise<PersonRecord | undefined> => {
  const row = await tx.identity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    include: { person: { include: whole } },
  });
  return row === null ? undefined : recordOf(row.person);
};

/** A person by id. */
export const findPerson = async (tx: Tx, person: PersonId): Promise<PersonRecord | undefined> => {
  const row = await tx.person.findUnique({ where: { id: person }, include: whole });
  return row === null ? undefined : recordOf(row);
};

/** People with that address who can still sign in, at most five: whom a link by mail may be for. */
export const findByEmail = async (tx: Tx, email: string): Promise<readonly PersonRecord[]> => {
  const rows = await tx.person.findMany({
    where: { disabledAt: null, name: { is: { email: { equals: email, mode: "insensitive" } } } },
    include: whole,
    take: 5,
  });
  return rows.map(recordOf);
};

/**
 * People after `cursor`, by id.
 *
 * @param agencies only people with a role in one of these; undefined for all
 */
export const peopleAfter = async (
  tx: Tx,
  agencies: readonly AgencyId[] | undefined,
  cursor: string | undefined,
  limit: number,
): Promise<readonly PersonRecord[]> => {
  const rows = await tx.person.findMany({
    where: {
      ...(agencies && { memberships: { some: { state: "active", agencyId: { in: [...agencies] } } } }),
      ...(cursor !== undefined && { id: { gt: cursor } }),
    },
    include: whole,
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map(recordOf);
};

/** Disables a person, or lets them in again; true if that changed anything. */
export const setDisabled = async (tx: Tx, person: PersonId, disabledAt: Instant | undefined): Promise<boolean> =>
  (
    await tx.person.updateMany({
      where: { id: person, disabledAt: disabledAt === undefined ? { not: null } : null },
      data: { disabledAt: disabledAt === undefined ? null : BigInt(disabledAt) },
    })
  ).count === 1;

/** Keeps the language a person reads in. */
export const setLocale = async (tx: Tx, person: PersonId, locale: "sv" | "en"): Promise<void> => {
  await tx.person.update({ where: { id: person }, data: { locale } });
};

/** Removes what says who a person is: name, address, and the identity they signed in by. The pseudonym stays. */
export const eraseNames = async (tx: Tx, person: PersonId): Promise<void> => {
  await tx.personName.deleteMany({ where: { personId: person } });
  await tx.identity.deleteMany({ where: { personId: person } });
};

export type NewMembership = {
  readonly id: MembershipId;
  readonly person: PersonId;
  readonly role: Role;
  readonly agency: AgencyId | undefined;
  readonly operator: OperatorId | undefined;
  readonly at: Instant;
};

/** Gives a role. */
export const addMembership = async (
  tx: Tx,
  { id, person, role, agency, operator, at }: NewMembership,
): Promise<void> => {
  await tx.membership.create({
    data: {
      id,
      personId: person,
      role,
      agencyId: agency ?? null,
      operatorId: operator ?? null,
      state: "active",
      createdAt: BigInt(at),
    },
  });
};

/** A membership that still holds. */
export const findMembership = async (tx: Tx, id: MembershipId): Promise<HeldMembership | undefined> => {
  const row = await tx.membership.findFirst({ where: { id, state: "active" }, include: held });
  return row === null ? undefined : heldOf(row);
};

/** Ends one membership, or all of a person's; how many ended. */
export const endMemberships = async (
  tx: Tx,
  of: { readonly id: MembershipId } | { readonly person: PersonId },
  now: Instant,
): Promise<number> =>
  (
    await tx.membership.updateMany({
      where: { ...("id" in of ? { id: of.id } : { personId: of.person }), state: "active" },
      data: { state: "ended", endedAt: BigInt(now) },
    })
  ).count;

/** Makes those who take roles away wait for one another, so that two cannot each leave the other as the last. */
export const lockRoles = async (tx: Tx): Promise<void> => {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtext('tillit.roles'))`;
};

/** How many enabled people hold a role: in one agency, or (coordinator) in the federation. */
export const countInRole = async (tx: Tx, role: Role, agency: AgencyId | undefined): Promise<number> => {
  const rows = await tx.membership.findMany({
    where: { role, state: "active", agencyId: agency ?? null, person: { disabledAt: null } },
    distinct: ["personId"],
    select: { personId: true },
  });
  return rows.length;
};

/** Whether the federation ever had a coordinator: then it has been set up. */
export const hasBeenSetUp = async (tx: Tx): Promise<boolean> =>
  (await tx.membership.findFirst({ where: { role: "coordinator" }, select: { id: true } })) !== null;

/** An agency, as a role in it needs to know it. */
export const findAgencyOf = async (tx: Tx, agency: AgencyId): Promise<AgencyRow | undefined> => {
  const row = await tx.agency.findUnique({ where: { id: agency } });
  return row === null ? undefined : agencyRow(row);
};

/** An operator by id. */
export const findOperator = async (tx: Tx, operator: OperatorId): Promise<OperatorRow | undefined> => {
  const row = await tx.operator.findUnique({ where: { id: operator } });
  return row === null ? undefined : { id: idOf("opr", row.id), name: row.name };
};

/** The names of people, where they have one. */
export const namesOf = async (tx: Tx, people: readonly PersonId[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await tx.personName.findMany({ where: { personId: { in: [...new Set(people)] } } });
  return new Map(rows.map(({ personId, name }) => [personId, name]));
};
