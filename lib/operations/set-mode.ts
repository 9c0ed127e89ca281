import type { HomeserverView, SetMode } from "#lib/contracts/homeservers.ts";
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

type Wish = SetMode & { readonly id: HomeserverId; readonly version: number };

/**
 * Begins to enforce, or returns to observing: an approver's word for an agency on that server, in an interactive session
 * of the required level. A server that has enforced refuses an `observe` list (signed documents, law 6); the portal then
 * shows what its operator must set.
 */
export const setMode = (actor: Actor, { id, version, mode }: Wish): Promise<Result<HomeserverView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("hs", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    const found = await serverToDecide(tx, actor, { id, version });
    if (!found.ok) return say(found.error);
    const server = found.value;
    if (server.mode === mode) return say(refusal("move_not_allowed"));
    await updateHomeserver(tx, id, { mode });
    await appendAudit(tx, {
      kind: "homeserver.mode_changed",
      subject,
      agencyIds: server.agencies,
      details: { from: server.mode, to: mode },
    });
    await wakeReconciler(tx, [id], actor.traceId);
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: version + 1 });
    const changed = await getHomeserver(tx, id);
    return changed === undefined ? err(refusal("internal")) : ok(await homeserverView(tx, actor, changed));
  });
