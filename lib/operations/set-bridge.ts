import type { EnforcementView, SetBridge } from "#lib/contracts/enforcement.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getHomeserver, type HomeserverRecord, lockHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { getPoint, setBehind } from "#lib/data/points.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { enforcementView } from "./enforcement-views.ts";
import { administersServer } from "./homeserver-views.ts";

const judge = async (tx: Tx, actor: Actor, server: HomeserverRecord, behind: HomeserverId | null) => {
  if (!administersServer(actor, server)) return refusal("not_permitted");
  if (server.platform !== "mattermost") return refusal("move_not_allowed");
  if (behind === null) return undefined;
  const other = await getHomeserver(tx, behind);
  // Only a homeserver of the same agency, and one that speaks Matrix itself: a bridge stands behind no bridge.
  const own = other?.agencies.some((agency) => server.agencies.includes(agency)) === true;
  return own && other.platform !== "mattermost" ? undefined : refusal("not_found");
};

/** Names the homeserver behind a Mattermost's bridge: the one whose list decides who reaches its channels. */
export const setBridge = (
  actor: Actor,
  { id, behind }: SetBridge & { readonly id: HomeserverId },
): Promise<Result<EnforcementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockHomeserver(tx, id);
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const subject = toPublicId("hs", id);
    const refused = await judge(tx, actor, server, behind);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const point = await getPoint(tx, id);
    if (point === undefined) return refuse(tx, actor, refusal("move_not_allowed"), subject);
    await setBehind(tx, point.id, behind ?? undefined);
    const details = { behind: behind === null ? null : toPublicId("hs", behind) };
    await appendAudit(tx, { kind: "homeserver.bridge_named", subject, agencyIds: server.agencies, details });
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version });
    return ok(await enforcementView(tx, actor, server));
  });
