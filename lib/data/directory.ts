import {
  AGENCY_STATES,
  type AgencyState,
  CONTACT_KINDS,
  type ContactKind,
  MEMBER_CLASSES,
  type MemberClass,
  PLATFORMS,
  type Platform,
} from "#lib/domain/directory.ts";
import { IDENTIFIER_SCHEMES, type Identifier, type IdentifierScheme } from "#lib/domain/identifier.ts";
import { type AgencyId, type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type Contact = {
  readonly kind: ContactKind;
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
};
export type AgencyServer = { readonly id: HomeserverId; readonly serverName: string; readonly platform: Platform };

export type AgencyRecord = {
  readonly id: AgencyId;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly scheme: IdentifierScheme;
  readonly identifier: string;
  readonly memberClass: MemberClass;
  readonly country: string;
  readonly state: AgencyState;
  readonly approversRequired: 1 | 2;
  readonly version: number;
  readonly createdAt: Instant;
  /** A leaving that is decided and still to come. */
  readonly leavesAt: Instant | undefined;
  readonly contacts: readonly Contact[];
  readonly homeservers: readonly AgencyServer[];
};

const INCLUDE = {
  contacts: { orderBy: { id: "asc" } },
  homeservers: {
    include: { homeserver: { select: { id: true, serverName: true, platform: true } } },
    orderBy: { homeserverId: "asc" },
  },
} as const satisfies Prisma.AgencyInclude;
type Row = Prisma.AgencyGetPayload<{ include: typeof INCLUDE }>;

const recordOf = (row: Row): AgencyRecord => ({
  id: idOf("agy", row.id),
  nameSv: row.nameSv,
  nameEn: row.nameEn,
  scheme: oneOf(IDENTIFIER_SCHEMES, row.scheme),
  identifier: row.identifier,
  memberClass: oneOf(MEMBER_CLASSES, row.memberClass),
  country: row.country,
  state: oneOf(AGENCY_STATES, row.state),
  approversRequired: row.approversRequired === 2 ? 2 : 1,
  version: row.version,
  createdAt: instant(Number(row.createdAt)),
  leavesAt: row.leavesAt === null ? undefined : instant(Number(row.leavesAt)),
  contacts: row.contacts.map(({ kind, name, email, phone }) => ({
    kind: oneOf(CONTACT_KINDS, kind),
    name,
    email,
    phone,
  })),
  homeservers: row.homeservers.map(({ homeserver: { id, serverName, platform } }) => ({
    id: idOf("hs", id),
    serverName,
    platform: oneOf(PLATFORMS, platform),
  })),
});

/** Serialises writers of one agency until the transaction ends. */
export const lockAgency = async (tx: Tx, id: AgencyId): Promise<void> => {
  await tx.$queryRaw`select id from agency where id = ${id}::uuid for update`;
};

export const getAgency = async (tx: Tx, id: AgencyId): Promise<AgencyRecord | undefined> => {
  const row = await tx.agency.findUnique({ where: { id }, include: INCLUDE });
  return row === null ? undefined : recordOf(row);
};

export const getAgencies = async (tx: Tx, ids: readonly AgencyId[]): Promise<readonly AgencyRecord[]> =>
  (await tx.agency.findMany({ where: { id: { in: [...ids] } }, include: INCLUDE, orderBy: { id: "asc" } })).map(
    recordOf,
  );

/** Every agency that has not left the federation. */
export const standingAgencies = async (tx: Tx): Promise<readonly AgencyRecord[]> =>
  (await tx.agency.findMany({ where: { state: { not: "left" } }, include: INCLUDE, orderBy: { id: "asc" } })).map(
    recordOf,
  );

export const findByIdentifier = async (tx: Tx, { scheme, value }: Identifier): Promise<AgencyId | undefined> => {
  const row = await tx.agency.findUnique({
    where: { scheme_identifier: { scheme, identifier: value } },
    select: { id: true },
  });
  return row === null ? undefined : idOf("agy", row.id);
};

export type AgencyFilter = {
  readonly q?: string | undefined;
  readonly state?: AgencyState | undefined;
  readonly memberClass?: MemberClass | undefined;
  readonly ids?: readonly AgencyId[] | undefined;
  readonly notIds?: readonly AgencyId[] | undefined;
};

/** Agencies by Swedish name then id; `after` is the last of the page before. Returns at most `limit`. */
export const listAgencies = async (
  tx: Tx,
  { q, state, memberClass, ids, notIds }: AgencyFilter,
  after: { readonly name: string; readonly id: string } | undefined,
  limit: number,
): Promise<readonly AgencyRecord[]> => {
  const contains = { contains: q ?? "", mode: "insensitive" } as const;
  const where: Prisma.AgencyWhereInput[] = [
    ...(q === undefined || q === ""
      ? []
      : [
          {
            OR: [
              { nameSv: contains },
              { nameEn: contains },
              { identifier: { contains: q.replaceAll(/[\s-]/g, "") } },
              { homeservers: { some: { homeserver: { serverName: contains } } } },
            ],
          },
        ]),
    ...(state === undefined ? [] : [{ state }]),
    ...(memberClass === undefined ? [] : [{ memberClass }]),
    ...(ids === undefined ? [] : [{ id: { in: [...ids] } }]),
    ...(notIds === undefined ? [] : [{ id: { notIn: [...notIds] } }]),
    ...(after === undefined
      ? []
      : [{ OR: [{ nameSv: { gt: after.name } }, { nameSv: after.name, id: { gt: after.id } }] }]),
  ];
  const rows = await tx.agency.findMany({
    where: { AND: where },
    include: INCLUDE,
    orderBy: [{ nameSv: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map(recordOf);
};

const contactRows = (contacts: readonly Contact[]) => contacts.map((contact) => ({ id: newId(), ...contact }));

export const addAgency = async (
  tx: Tx,
  { contacts, homeservers: _none, version: _first, createdAt, ...columns }: Omit<AgencyRecord, "leavesAt">,
): Promise<void> => {
  await tx.agency.create({
    data: { ...columns, createdAt: BigInt(createdAt), contacts: { create: contactRows(contacts) } },
  });
};

export type AgencyPatch = {
  readonly nameSv?: string;
  readonly nameEn?: string;
  readonly memberClass?: MemberClass;
  readonly country?: string;
  readonly approversRequired?: 1 | 2;
  readonly state?: AgencyState;
  readonly leavesAt?: Instant | null;
  readonly leftAt?: Instant;
};

/** Changes columns and, where given, replaces the contacts; the version rises. */
export const updateAgency = async (
  tx: Tx,
  id: AgencyId,
  patch: AgencyPatch,
  contacts?: readonly Contact[],
): Promise<void> => {
  if (contacts !== undefined) {
    await tx.agencyContact.deleteMany({ where: { agencyId: id } });
    await tx.agencyContact.createMany({ data: contactRows(contacts).map((row) => ({ ...row, agencyId: id })) });
  }
  const { leavesAt, leftAt, ...columns } = patch;
  await tx.agency.update({
    where: { id },
    data: {
      ...columns,
      ...(leavesAt === undefined ? {} : { leavesAt: leavesAt === null ? null : BigInt(leavesAt) }),
      ...(leftAt === undefined ? {} : { leftAt: BigInt(leftAt) }),
      version: { increment: 1 },
    },
  });
};

/** Whether the agency has an approver whose membership is in force. */
export const hasApprover = async (tx: Tx, id: AgencyId): Promise<boolean> =>
  (await tx.membership.count({ where: { agencyId: id, role: "approver", endedAt: null } })) > 0;

/** Whom an agency's ending concerns: the other parties of what was offered or agreed, and the servers that it opened. */
export const reachOfLeaving = async (
  tx: Tx,
  id: AgencyId,
): Promise<{ readonly partners: readonly AgencyId[]; readonly servers: readonly HomeserverId[] }> => {
  const shared = { agreement: { stage: { in: ["offered", "agreed"] }, parties: { some: { agencyId: id } } } };
  const parties = await tx.agreementParty.findMany({
    where: { ...shared, agencyId: { not: id } },
    distinct: ["agencyId"],
    select: { agencyId: true },
  });
  const servers = await tx.$queryRaw<{ id: string }[]>`select app_servers_of_agreements(${id}::uuid) as id`;
  return {
    partners: parties.map(({ agencyId }) => idOf("agy", agencyId)),
    servers: servers.map((server) => idOf("hs", server.id)),
  };
};
