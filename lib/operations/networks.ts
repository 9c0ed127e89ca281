import type { NetworksView, SetNetworks } from "#lib/contracts/networks.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getHomeserver, type HomeserverRecord, lockHomeserver, updateHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { networksOf, replaceNetworks } from "#lib/data/networks.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { listAgreements } from "#lib/data/trust.ts";
import { type Actor, hasRole } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";

type One = { readonly id: HomeserverId };
const MANY = 500;

/** An agency's own networks are its own to name: not a coordinator's. */
const mayChange = (actor: Actor, server: HomeserverRecord): boolean =>
  server.agencies.some((agency) => hasRole(actor, agency, "administrator"));

const viewOf = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<NetworksView> => {
  const named = (await networksOf(tx, [server.id])).get(server.id);
  return {
    egress: [...(named?.egress ?? [])],
    ingress: (named?.ingress ?? []).map((place) => ({ ...place })),
    changedAt: named?.at ?? null,
    mayChange: mayChange(actor, server),
    version: server.version,
  };
};

/** What a homeserver has named: for its own agencies and those with whom they have an agreement; empty for others. */
export const readNetworks = (actor: Actor, { id }: One): Promise<Result<NetworksView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    return server === undefined ? err(refusal("not_found")) : ok(await viewOf(tx, actor, server));
  });

/** Names the networks anew. Every agreement with that server then has other firewall lines, and both sides a task. */
export const setNetworks = (
  actor: Actor,
  { id, version, egress, ingress }: SetNetworks & One & { readonly version: number },
): Promise<Result<NetworksView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockHomeserver(tx, id);
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const subject = toPublicId("hs", id);
    if (!mayChange(actor, server)) return refuse(tx, actor, refusal("not_permitted"), subject);
    if (server.version !== version) {
      return refuse(tx, actor, refusal("stale_version", { params: { current: server.version } }), subject);
    }
    await replaceNetworks(tx, id, { egress, ingress }, systemClock.now());
    await updateHomeserver(tx, id, {});
    const details = { egress: egress.length, ingress: ingress.length };
    await appendAudit(tx, { kind: "homeserver.networks_changed", subject, agencyIds: server.agencies, details });
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: version + 1 });
    const agreed = await listAgreements(tx, { stage: "agreed", agencies: server.agencies }, undefined, MANY);
    for (const { id: agreement, latest, version: at } of agreed) {
      if (latest?.servers.some((named) => named.id === id) !== true) continue;
      await notifyEvent(tx, { topic: "agreement", id: toPublicId("agr", agreement), version: at });
    }
    const changed = await getHomeserver(tx, id);
    return changed === undefined ? err(refusal("internal")) : ok(await viewOf(tx, actor, changed));
  });
