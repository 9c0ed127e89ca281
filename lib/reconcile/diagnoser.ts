import { type DiagnosisRecord, storeFindings, takeDiagnosis } from "#lib/data/diagnoses.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { ok } from "#lib/domain/result.ts";
import { log } from "#lib/platform/log.ts";
import { type DiagnosisDeps, diagnose, type Findings } from "./diagnose.ts";

const PLACES = 4;
const LONGEST_MS = 60_000;

type Deps = Omit<DiagnosisDeps, "signal">;

const store = async (
  { clock }: Deps,
  { id, traceId }: DiagnosisRecord,
  state: "running" | "done" | "failed",
  findings: Findings | Record<string, never>,
): Promise<void> => {
  await asWorker(async (tx) => ok(await storeFindings(tx, id, state, findings, clock.now())), { traceId, clock });
};

const runOne = async (deps: Deps, taken: DiagnosisRecord, stopping: AbortSignal): Promise<void> => {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(LONGEST_MS)]);
  try {
    const findings = await diagnose({ ...deps, signal }, taken, (sofar) => store(deps, taken, "running", sofar));
    await store(deps, taken, findings === undefined ? "failed" : "done", findings ?? {});
  } catch (error) {
    log.error({ diagnosis: taken.id, err: error }, "the diagnosis failed");
    await store(deps, taken, "failed", {});
  }
};

export type Diagnoser = { readonly wake: () => void; readonly stop: () => Promise<void> };

/**
 * Runs the diagnoses that were asked for, a few at a time, each as soon as it is told of. They stand in their table, so
 * that a wake-up that was lost or a worker that died costs a sweep and nothing more.
 *
 * @param means asked before each, since the signing keys may have been replaced
 */
export const newDiagnoser = (means: () => Deps): Diagnoser => {
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  const drain = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const deps = means();
      const taken = await asWorker(async (tx) => ok(await takeDiagnosis(tx, deps.clock.now())));
      if (!taken.ok || taken.value === undefined) return;
      await runOne(deps, taken.value, ending.signal);
    }
  };
  const wake = (): void => {
    if (ending.signal.aborted || running.size >= PLACES) return;
    const run = drain().catch((error: unknown) => log.error({ err: error }, "no diagnosis could be taken"));
    running.add(run);
    void run.finally(() => running.delete(run));
  };
  return {
    wake,
    stop: async () => {
      ending.abort(new Error("the worker is stopping"));
      await Promise.allSettled(running);
    },
  };
};
