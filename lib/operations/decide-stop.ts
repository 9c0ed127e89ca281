import type { DecideStop, StopView } from "#lib/contracts/emergency.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { changeStop, getStop, lockStop, reachOfStop, type StopRecord } from "#lib/data/emergency.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal } from "#lib/domain/access.ts";
import { decideStop } from "#lib/domain/emergency.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type StopId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { mayStop, reachDigest, reachedBy, stopViews } from "./stop-views.ts";
import { rulesOf } from "./trust-rules.ts";

type Wish = DecideStop & { readonly id: StopId; readonly version: number };

const refusalOf = async (tx: Tx, actor: Actor, stop: StopRecord, wish: Wish): Promise<Refusal | undefined> => {
  if (!mayStop(actor, stop)) return refusal("not_permitted");
  const rules = await rulesOf(tx);
  // Confirming keeps doors shut; lifting opens them, and needs the level that opening needs.
  const weak = decidingRefusal(actor, wish.move === "lift" ? rules : { ...rules, requiredAcr: undefined });
  if (weak !== undefined) return refusal(weak);
  if (stop.version !== wish.version) return refusal("stale_version", { params: { current: stop.version } });
  const decided = decideStop(stop, { move: wish.move, person: actor.person, at: systemClock.now() });
  if (!decided.ok) return refusal(decided.error);
  if (wish.move === "lift") return undefined;
  const { agency } = stop;
  return reachDigest(agency, await reachedBy(tx, agency)) === wish.digest ? undefined : refusal("reach_changed");
};

/** The second person confirms a stop for all of the federation, or somebody lifts a stop: its doors open again as agreed. */
export const decideAboutStop = (actor: Actor, wish: Wish): Promise<Result<StopView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id, move, reason } = wish;
    const subject = toPublicId("stp", id);
    await lockStop(tx, id);
    const stop = await getStop(tx, id);
    if (stop === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const refused = await refusalOf(tx, actor, stop, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const at = systemClock.now();
    const by = actor.person;
    await changeStop(
      tx,
      id,
      move === "confirm" ? { confirmedBy: by, confirmedAt: at } : { endedBy: by, endedAt: at, endReason: reason },
    );
    const { agency, scope, exercise } = stop;
    await appendAudit(tx, {
      kind: move === "confirm" ? "emergency.confirmed" : "emergency.lifted",
      subject,
      agencyIds: [agency],
      details: { agency: toPublicId("agy", agency), scope, exercise, reason },
    });
    if (move === "lift" && !exercise) {
      const reached = await reachOfStop(tx, agency);
      await wakeReconciler(
        tx,
        reached.map(({ server }) => server),
        actor.traceId,
      );
    }
    await notifyEvent(tx, { topic: "emergency", id: subject, version: stop.version + 1 });
    const changed = await getStop(tx, id);
    const [view] = changed === undefined ? [] : await stopViews(tx, actor, [changed], true);
    return view === undefined ? err(refusal("internal")) : ok(view);
  });
