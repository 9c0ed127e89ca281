import { appendAudit } from "#lib/data/audit.ts";
import { changeStop, listStops, type StopRecord, serversToWake } from "#lib/data/emergency.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import { callsForSecond, lapsesAt, stopState } from "#lib/domain/emergency.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { log } from "#lib/platform/log.ts";

const MANY = 1_000;

const say = async (
  tx: Tx,
  { id, agency, scope, exercise, version, startedBy }: StopRecord,
  kind: "emergency.second_called" | "emergency.lapsed",
): Promise<void> => {
  const subject = toPublicId("stp", id);
  const details = { agency: toPublicId("agy", agency), scope, exercise };
  // Whoever began it cannot be the second.
  const except = kind === "emergency.second_called" ? startedBy : undefined;
  await appendAudit(tx, { kind, subject, agencyIds: [agency], details, except });
  await notifyEvent(tx, { topic: "emergency", id: subject, version: version + 1 });
  log.warn({ stop: subject, exercise }, kind);
};

/**
 * Ends the stops that nobody confirmed in time, and calls for the second person 15 minutes before, once.
 *
 * @returns the servers whose lists change by it
 */
export const watchStops = async (clock: Clock): Promise<readonly string[]> => {
  const done = await asWorker(
    async (tx) => {
      const now = clock.now();
      const wake: string[] = [];
      for (const stop of await listStops(tx, { open: true }, MANY)) {
        const lapsed = lapsesAt(stop);
        if (lapsed !== undefined && stopState(stop, now) === "lapsed") {
          await changeStop(tx, stop.id, { endedAt: lapsed });
          await say(tx, stop, "emergency.lapsed");
          if (!stop.exercise) wake.push(...(await serversToWake(tx, stop.agency)));
        } else if (stop.calledAt === undefined && callsForSecond(stop, now)) {
          await changeStop(tx, stop.id, { calledAt: now });
          await say(tx, stop, "emergency.second_called");
        }
      }
      return ok([...new Set(wake)]);
    },
    { clock },
  );
  return done.ok ? done.value : [];
};
