import { PgBoss } from "pg-boss";
import { z } from "zod";
import { DIAGNOSE_QUEUE, GROUP_QUEUE, QUEUE } from "./jobs.ts";

/** One wake-up: whose list may have changed, and the trace of the request that changed it. Never the list itself. */
const wakeUp = z.object({ homeserverId: z.string(), traceId: z.string() });
export type WakeUp = z.output<typeof wakeUp>;

export type Consumer = { readonly stop: () => Promise<void> };

const BATCH = 500;

/**
 * Takes wake-ups from the queue, in batches and within milliseconds of the commit that sent them.
 *
 * `onWake` hands them on and returns at once: a wake-up is done when it is taken in, since a sweep at the worker's start
 * finds whatever a worker that died had taken in.
 *
 * @param url connection string of the worker's role
 * @param onDiagnosis that a diagnosis waits; which, its table says
 * @param onGroup that a group is due; which, its table says
 */
export const consumeWakeUps = async (
  url: string,
  onWake: (wakeUps: readonly WakeUp[]) => void,
  onError: (error: Error) => void,
  onDiagnosis: () => void = () => undefined,
  onGroup: () => Promise<void> | void = () => undefined,
): Promise<Consumer> => {
  const boss = new PgBoss({
    connectionString: url,
    max: 3,
    useListenNotify: true,
    migrate: false,
    supervise: false,
    schedule: false,
    createSchema: false,
    application_name: "tillit-worker-queue",
  });
  boss.on("error", onError);
  await boss.start();
  const polling = { pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 2 };
  // One act may wake thousands of servers with one notification: a full batch is followed by the next at once.
  const options = { batchSize: BATCH, ...polling, burstWhenBatchFull: true };
  await boss.work<unknown>(QUEUE, options, async (jobs) => {
    onWake(
      jobs.flatMap(({ data }) => {
        const read = wakeUp.safeParse(data);
        return read.success ? [read.data] : [];
      }),
    );
  });
  await boss.work<unknown>(DIAGNOSE_QUEUE, options, async () => onDiagnosis());
  await boss.work<unknown>(GROUP_QUEUE, options, async () => onGroup());
  return { stop: () => boss.stop({ graceful: true, timeout: 2_000, close: true }) };
};
