import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { getHomeservers } from "#lib/data/homeservers.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { NamedMember } from "#lib/domain/group.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

/** An agency with the servers with which it takes part. */
export type Candidate = { readonly agency: AgencyRecord; readonly named: NamedMember };

const nameOf = (actor: Actor, { nameEn, nameSv }: AgencyRecord): string => (actor.locale === "en" ? nameEn : nameSv);

/**
 * The agencies as a group's terms name them: with the servers that serve them alone. A server that serves others too
 * would open them all to the group, whether they consent or not; such a server is agreed upon by two at a time.
 */
export const candidatesOf = async (
  tx: Tx,
  actor: Actor,
  ids: readonly AgencyId[],
): Promise<Result<readonly Candidate[], Refusal>> => {
  const agencies = await getAgencies(tx, [...new Set(ids)]);
  if (agencies.length !== new Set(ids).size)
    return err(refusal("not_found", { fields: [{ path: "members", code: "not_found" }] }));
  const idle = agencies.find(({ state }) => state !== "active");
  if (idle !== undefined) return err(refusal("agency_not_active", { params: { agency: nameOf(actor, idle) } }));
  const servers = await getHomeservers(
    tx,
    agencies.flatMap(({ homeservers }) => homeservers.map(({ id }) => id)),
  );
  const candidates = agencies.map((agency) => ({
    agency,
    named: {
      agency: identifierKey({ scheme: agency.scheme, value: agency.identifier }),
      servers: servers
        .filter(({ agencies: served }) => served.length === 1 && served[0] === agency.id)
        .map(({ serverName }) => serverName)
        .toSorted(byCodePoint),
    },
  }));
  const bare = candidates.find(({ named }) => named.servers.length === 0)?.agency;
  if (bare !== undefined)
    return err(
      refusal("group_member_without_server", {
        params: { agency: nameOf(actor, bare) },
        link: `/agencies/${toPublicId("agy", bare.id)}`,
      }),
    );
  return ok(candidates.toSorted((a, b) => byCodePoint(a.named.agency, b.named.agency)));
};
