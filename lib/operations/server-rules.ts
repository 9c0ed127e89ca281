import { getHomeserver, type HomeserverRecord, lockHomeserver } from "#lib/data/homeservers.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, decidingRefusal, hasRole, operatorsOf } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { rulesOf } from "./trust-rules.ts";

/** Whether the actor is an approver of an agency that the server serves. */
export const approvesServer = (actor: Actor, { agencies }: HomeserverRecord): boolean =>
  agencies.some((agency) => hasRole(actor, agency, "approver"));

/** Whether the names on the server's list are the actor's to read: its own agencies' people and its operator's. */
export const readsNames = (actor: Actor, { agencies, operator }: HomeserverRecord): boolean =>
  agencies.some((agency) => agenciesOf(actor).includes(agency)) ||
  (operator !== undefined && operatorsOf(actor).includes(operator.id));

/** The server, where its names are the actor's to read. */
export const serverToRead = async (
  tx: Tx,
  actor: Actor,
  id: HomeserverId,
): Promise<Result<HomeserverRecord, Refusal>> => {
  const server = await getHomeserver(tx, id);
  if (server === undefined) return err(refusal("not_found"));
  return readsNames(actor, server) ? ok(server) : err(refusal("not_permitted"));
};

/**
 * The server under its lock, where the actor may decide about it as it stands: an approver of an agency on it, in an
 * interactive session of the required level, who has seen this version.
 */
export const serverToDecide = async (
  tx: Tx,
  actor: Actor,
  { id, version }: { readonly id: HomeserverId; readonly version: number },
): Promise<Result<HomeserverRecord, Refusal>> => {
  await lockHomeserver(tx, id);
  const server = await getHomeserver(tx, id);
  if (server === undefined) return err(refusal("not_found"));
  if (!approvesServer(actor, server)) return err(refusal("not_permitted"));
  const weak = decidingRefusal(actor, await rulesOf(tx));
  if (weak !== undefined) return err(refusal(weak));
  return server.version === version
    ? ok(server)
    : err(refusal("stale_version", { params: { current: server.version } }));
};
