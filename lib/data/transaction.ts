import { type Actor, agenciesOf, isCoordinator, operatorsOf } from "#lib/domain/access.ts";
import type { JsonObject } from "#lib/domain/canonical.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import { err, type Result } from "#lib/domain/result.ts";
import { type Clock, systemClock } from "#lib/platform/clock.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { atomically } from "./atomic.ts";
import { appendAudit } from "./audit.ts";
import type { Tx } from "./client.ts";
import { readBy } from "./reader.ts";

export type { Tx } from "./client.ts";

/** Thrown inside a transaction to undo everything, and answered as the refusal it carries. */
class Undo extends Error {
  readonly refusal: Refusal;
  readonly subject: string | undefined;
  constructor(refusal: Refusal, subject?: string) {
    super(refusal.code);
    this.refusal = refusal;
    this.subject = subject;
  }
}

const actAs = async (tx: Tx, actor: Actor): Promise<void> => {
  await tx.$executeRaw`select set_config('app.person_id', ${actor.person}, true),
    set_config('app.pseudonym', ${actor.pseudonym}, true),
    set_config('app.agency_ids', ${agenciesOf(actor).join(",")}, true),
    set_config('app.acting_ids', ${agenciesOf(actor, "administrator", "approver").join(",")}, true),
    set_config('app.approver_ids', ${agenciesOf(actor, "approver").join(",")}, true),
    set_config('app.administrator_ids', ${agenciesOf(actor, "administrator").join(",")}, true),
    set_config('app.operator_ids', ${operatorsOf(actor).join(",")}, true),
    set_config('app.federation_role', ${isCoordinator(actor) ? "coordinator" : ""}, true),
    set_config('app.trace_id', ${actor.traceId}, true)`;
};

/** Writes the row of a refusal, in a transaction of its own: what was attempted, by whom, and the code of the answer. */
export const recordRefusal = async (
  actor: Actor,
  { code }: Refusal,
  subject: string,
  details: JsonObject = {},
): Promise<void> => {
  await atomically("web", async (tx) => {
    await actAs(tx, actor);
    const agencyIds = agenciesOf(actor);
    await appendAudit(tx, { kind: "request.refused", subject, agencyIds, details, outcome: "refused", code });
  });
};

/**
 * Runs a person's act in one transaction of the web role, under row-level security as that person.
 *
 * A refusal made by {@link refuse} undoes everything the act did; its audit row then commits alone. A refusal returned
 * plainly (a malformed cursor, say) undoes everything too and leaves no row.
 */
export const inTransaction = async <T>(
  actor: Actor,
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> => {
  try {
    return await atomically("web", async (tx) => {
      await actAs(tx, actor);
      readBy(tx, actor);
      const result = await run(tx);
      if (!result.ok) throw new Undo(result.error);
      return result;
    });
  } catch (thrown) {
    if (!(thrown instanceof Undo)) throw thrown;
    if (thrown.subject !== undefined) await recordRefusal(actor, thrown.refusal, thrown.subject);
    return err(thrown.refusal);
  }
};

/**
 * Refuses from within {@link inTransaction}: nothing of the act stays, and the log gets a row that says what was
 * attempted on `subject`. Never returns; the type lets it stand where a result is due.
 */
export const refuse = (_tx: Tx, _actor: Actor, why: Refusal, subject: string): Promise<Result<never, Refusal>> =>
  Promise.reject(new Undo(why, subject));

/** Runs the worker's act in one transaction of its own role. The portal itself acts: no person stands in its audit rows. */
export const asWorker = async <T>(
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
  { traceId = newTraceId(), clock = systemClock }: { readonly traceId?: string; readonly clock?: Clock } = {},
): Promise<Result<T, Refusal>> => {
  try {
    return await atomically("worker", async (tx) => {
      await tx.$executeRaw`select set_config('app.trace_id', ${traceId}, true),
        set_config('app.now', ${String(clock.now())}, true)`;
      const result = await run(tx);
      if (!result.ok) throw new Undo(result.error);
      return result;
    });
  } catch (thrown) {
    if (!(thrown instanceof Undo)) throw thrown;
    return err(thrown.refusal);
  }
};
