import type { SetOnStale } from "#lib/contracts/holds.ts";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getHomeserver, updateHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { inTransaction, refuse } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { homeserverView } from "./homeserver-views.ts";
import { serverToDecide } from "./server-rules.ts";

type Wish = SetOnStale & { readonly id: HomeserverId; readonly version: number };

/**
 * What the homeserver is to do when its list has grown stale: an approver's word for an agency on it. It stands in the
 * signed list, so that it holds when the portal is out of reach; the next list carries it.
 */
export const setOnStale = (actor: Actor, wish: Wish): Promise<Result<HomeserverView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id, version, onStale } = wish;
    const subject = toPublicId("hs", id);
    const server = await serverToDecide(tx, actor, wish);
    if (!server.ok) return refuse(tx, actor, server.error, subject);
    if (server.value.onStale === onStale) return refuse(tx, actor, refusal("move_not_allowed"), subject);
    await updateHomeserver(tx, id, { onStale });
    await appendAudit(tx, {
      kind: "homeserver.on_stale_changed",
      subject,
      agencyIds: server.value.agencies,
      details: { from: server.value.onStale, to: onStale },
    });
    await wakeReconciler(tx, [id], actor.traceId);
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: version + 1 });
    const changed = await getHomeserver(tx, id);
    return changed === undefined ? err(refusal("internal")) : ok(await homeserverView(tx, actor, changed));
  });
