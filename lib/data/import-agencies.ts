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

/** Adds agencies in state `invited`, with their contact and server where they have one: a statement for each table. */
export const addAgencies = async (tx: Tx, agencies: readonly AgencyToAdd[], at: Instant): Promise<void> => {
  const createdAt = BigInt(at);
  await tx.agency.createMany({
    data: agencies.map(({ id, nameSv, nameEn, identifier, memberClass, country }) => ({
      id,
      nameSv,
      nameEn,
      scheme: identifier.scheme,
      identifier: identifier.value,
      memberClass,
      country,
      state: "invited",
      createdAt,
    })),
  });
  await tx.agencyContact.createMany({
    data: agencies.flatMap(({ id, incident }) =>
      incident === undefined ? [] : [{ id: newId(), agencyId: id, kind: "incident", ...incident }],
    ),
  });
  const served = agencies.flatMap(({ id, server }) => (server === undefined ? [] : [{ agencyId: id, server }]));
  await tx.homeserver.createMany({
    data: served.map(({ server: { id, name, platform } }) => ({ id, serverName: name, platform, createdAt })),
  });
  await tx.homeserverAgency.createMany({
    data: served.map(({ agencyId, server }) => ({ homeserverId: server.id, agencyId })),
  });
  await tx.enforcementPoint.createMany({
    data: served
      .filter(({ server }) => PUSHED.includes(server.platform))
      .map(({ agencyId, server }) => ({
        id: newId(),
        homeserverId: server.id,
        agencyId,
        kind: "synapse_module",
        mode: "push",
        keys: {},
        instances: [],
        createdAt,
      })),
  });
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
