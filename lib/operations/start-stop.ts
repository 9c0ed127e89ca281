import type { StartStop, StopView } from "#lib/contracts/emergency.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { addStop, changeStop, getStop, listStops, type StopRecord } from "#lib/data/emergency.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { tell } from "#lib/data/notices.ts";
import { lockName } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal } from "#lib/domain/access.ts";
import { stopState } from "#lib/domain/emergency.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { mayStop, reachDigest, reachedBy, stopViews } from "./stop-views.ts";
import { rulesOf } from "./trust-rules.ts";

/** One that still stands; one that has lapsed and that the worker has not yet closed is closed here. */
const standing = async (tx: Tx, wish: StartStop): Promise<StopRecord | undefined> => {
  const now = systemClock.now();
  const open = (await listStops(tx, { open: true, agencies: [wish.agency] }, 10)).filter(
    ({ scope, exercise }) => scope === wish.scope && exercise === wish.exercise,
  );
  for (const stop of open) {
    if (stopState(stop, now) !== "lapsed") return stop;
    await changeStop(tx, stop.id, { endedAt: now });
  }
  return undefined;
};

const refusalOf = async (tx: Tx, actor: Actor, wish: StartStop): Promise<Refusal | undefined> => {
  if (!mayStop(actor, wish)) return refusal("not_permitted");
  // Shutting never waits for a stronger sign-in, but is never a token's.
  const weak = decidingRefusal(actor, { ...(await rulesOf(tx)), requiredAcr: undefined });
  if (weak !== undefined) return refusal(weak);
  if ((await getAgencies(tx, [wish.agency])).length === 0)
    return refusal("not_found", { fields: [{ path: "agency", code: "not_found" }] });
  await lockName(tx, `stop:${wish.agency}`);
  const already = await standing(tx, wish);
  if (already !== undefined) return refusal("stop_stands_already", { link: "/emergency" });
  const { agency, digest } = wish;
  if (digest === undefined) return undefined;
  return reachDigest(agency, await reachedBy(tx, agency)) === digest ? undefined : refusal("reach_changed");
};

/** Partners are told that it is stopped, and not why. */
const tellPartners = async (tx: Tx, subject: string, agencies: readonly AgencyId[]): Promise<void> => {
  const telling = { kind: "partner_stopped", cause: `partner_stopped:${subject}`, subject, agencies } as const;
  await tell(tx, { tell: [telling], settle: [] }, systemClock.now());
};

/**
 * Shuts all doors of an agency in one act of one person: a coordinator's for any agency, which lapses within the hour
 * unless a second one confirms it, or an approver's or administrator's for their own, which never does. The same
 * transaction wakes the worker for every server concerned. An exercise does all of it but the doors.
 */
export const startStop = (actor: Actor, wish: StartStop): Promise<Result<StopView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { agency, scope, exercise, reason } = wish;
    const refused = await refusalOf(tx, actor, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, toPublicId("agy", agency));
    const id = idOf("stp", newId());
    const subject = toPublicId("stp", id);
    await addStop(tx, {
      id,
      agency,
      scope,
      exercise,
      reason,
      startedBy: actor.person,
      startedAt: systemClock.now(),
    });
    const { reached, others } = await reachedBy(tx, agency);
    const details = { agency: toPublicId("agy", agency), scope, exercise, reason, servers: reached.length };
    await appendAudit(tx, { kind: "emergency.started", subject, agencyIds: [agency], details });
    if (!exercise) {
      await wakeReconciler(
        tx,
        reached.map(({ server }) => server),
        actor.traceId,
      );
      await tellPartners(tx, subject, others);
    }
    await notifyEvent(tx, { topic: "emergency", id: subject, version: 1 });
    const made = await getStop(tx, id);
    const [view] = made === undefined ? [] : await stopViews(tx, actor, [made], true);
    return view === undefined ? err(refusal("internal")) : ok(view);
  });
