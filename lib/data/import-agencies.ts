import type { MemberClass, Platform } from "#lib/domain/directory.ts";
import type { Identifier } from "#lib/domain/identifier.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import type { AgencyId, HomeserverId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { newId } from "#lib/platform/ids.ts";
import type { NewInvitation } from "./invitations.ts";
import type { Tx } from "./transaction.ts";

/** The identifiers among these that the directory holds, as {@link identifierKey}. */
export const heldIdentifiers = async (tx: Tx, wished: readonly Identifier[]): Promise<ReadonlySet<string>> => {
  const rows = await tx.$queryRaw<{ key: string }[]>`select scheme || ':' || identifier as key from agency
    where scheme || ':' || identifier = any(${wished.map(identifierKey)}::text[])`;
  return new Set(rows.map(({ key }) => key));
};

/** The server names among these that the federation holds. */
export const heldServerNames = async (tx: Tx, wished: readonly ServerName[]): Promise<ReadonlySet<string>> => {
  const rows = await tx.$queryRaw<{ name: string }[]>`select server_name as name from homeserver
    where server_name = any(${[...wished]}::text[])`;
  return new Set(rows.map(({ name }) => name));
};

export type AgencyToAdd = {
  readonly id: AgencyId;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly identifier: Identifier;
  readonly memberClass: MemberClass;
  readonly country: string;
  readonly incident: { readonly name: string; readonly email: string; readonly phone: string | null } | undefined;
  readonly server: { readonly id: HomeserverId; readonly name: ServerName; readonly platform: Platform } | undefined;
};

const PUSHED: readonly Platform[] = ["synapse", "element_ess"];

const addServers = async (
  tx: Tx,
  served: readonly { readonly agency: AgencyId; readonly server: NonNullable<AgencyToAdd["server"]> }[],
  at: Instant,
): Promise<void> => {
  const ids = served.map(({ server }) => server.id);
  const agencies = served.map(({ agency }) => agency);
  await tx.$executeRaw`insert into homeserver (id, server_name, platform, created_at)
    select s.*, ${at}::bigint from unnest(${ids}::uuid[], ${served.map(({ server }) => server.name)}::text[],
      ${served.map(({ server }) => server.platform)}::text[]) s`;
  await tx.$executeRaw`insert into homeserver_agency (homeserver_id, agency_id)
    select * from unnest(${ids}::uuid[], ${agencies}::uuid[])`;
  const pushed = served.filter(({ server }) => PUSHED.includes(server.platform));
  await tx.$executeRaw`insert into enforcement_point (id, homeserver_id, agency_id, kind, mode, keys, instances, created_at)
    select p.*, 'synapse_module', 'push', '{}', '[]', ${at}::bigint from unnest(${pushed.map(() => newId())}::uuid[],
      ${pushed.map(({ server }) => server.id)}::uuid[], ${pushed.map(({ agency }) => agency)}::uuid[]) p`;
};

/** Adds agencies in state `invited`, with their contact and server where they have one: a statement for each table. */
export const addAgencies = async (tx: Tx, agencies: readonly AgencyToAdd[], at: Instant): Promise<void> => {
  const column = <T>(of: (agency: AgencyToAdd) => T): readonly T[] => agencies.map(of);
  await tx.$executeRaw`insert into agency
      (id, name_sv, name_en, scheme, identifier, member_class, country, state, created_at)
    select a.*, 'invited', ${at}::bigint from unnest(${column(({ id }) => id)}::uuid[],
      ${column(({ nameSv }) => nameSv)}::text[], ${column(({ nameEn }) => nameEn)}::text[],
      ${column(({ identifier }) => identifier.scheme)}::text[], ${column(({ identifier }) => identifier.value)}::text[],
      ${column(({ memberClass }) => memberClass)}::text[], ${column(({ country }) => country)}::text[]) a`;
  const told = agencies.flatMap(({ id, incident }) => (incident === undefined ? [] : [{ id, ...incident }]));
  await tx.$executeRaw`insert into agency_contact (id, agency_id, kind, name, email, phone)
    select c.id, c.agency, 'incident', c.name, c.email, c.phone from unnest(${told.map(() => newId())}::uuid[],
      ${told.map(({ id }) => id)}::uuid[], ${told.map(({ name }) => name)}::text[],
      ${told.map(({ email }) => email)}::text[], ${told.map(({ phone }) => phone)}::text[])
      as c (id, agency, name, email, phone)`;
  const served = agencies.flatMap(({ id, server }) => (server === undefined ? [] : [{ agency: id, server }]));
  await addServers(tx, served, at);
};

/** Stores invitations, each by its token's hash. */
export const addInvitations = async (tx: Tx, invitations: readonly NewInvitation[]): Promise<void> => {
  await tx.invitation.createMany({
    data: invitations.map(({ agency, operator, email, createdBy, createdAt, expiresAt, ...rest }) => ({
      ...rest,
      agencyId: agency ?? null,
      operatorId: operator ?? null,
      email: email ?? null,
      createdBy: createdBy ?? null,
      createdAt: BigInt(createdAt),
      expiresAt: BigInt(expiresAt),
    })),
  });
};
