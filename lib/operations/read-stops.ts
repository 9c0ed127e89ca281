import type { EmergencyView, ReachQuery, ReachView, StopView } from "#lib/contracts/emergency.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { getStop, listStops } from "#lib/data/emergency.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { StopId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef } from "./people-views.ts";
import { mayStop, reachView, stopViews } from "./stop-views.ts";

const MANY = 50;

/** The stops that the reader may know of, and which ones the reader may begin. */
export const readEmergency = (actor: Actor, _input: object): Promise<Result<EmergencyView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const stops = await listStops(tx, {}, MANY);
    const views = await stopViews(tx, actor, stops, true);
    const ended = ({ state }: StopView): boolean => state === "lifted" || state === "lapsed";
    const own = await getAgencies(tx, [...agenciesOf(actor, "approver", "administrator")]);
    return ok({
      stops: [...views.filter((stop) => !ended(stop)), ...views.filter(ended)],
      everywhere: isCoordinator(actor),
      own: own.map(agencyRef),
      at: systemClock.now(),
    });
  });

/** What a stop of that agency would shut, before anybody decides: for who may stop it. */
export const readReach = (actor: Actor, { agency }: ReachQuery): Promise<Result<ReachView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (!mayStop(actor, { scope: "own", agency }) && !isCoordinator(actor)) return err(refusal("not_permitted"));
    const [found] = await getAgencies(tx, [agency]);
    return found === undefined ? err(refusal("not_found")) : ok(await reachView(tx, agency, true));
  });

/** One stop, with how far each server has come. */
export const readStop = (actor: Actor, { id }: { readonly id: StopId }): Promise<Result<StopView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const stop = await getStop(tx, id);
    const [view] = stop === undefined ? [] : await stopViews(tx, actor, [stop], true);
    return view === undefined ? err(refusal("not_found")) : ok(view);
  });
