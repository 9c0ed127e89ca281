import { dueServers } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";

const FIRST = "00000000-0000-0000-0000-000000000000";
const PAGE = 1_000;

/**
 * Hands every server that is due to `wake`: all of them, but those that failed and wait for their next attempt.
 * Events are for speed, the sweep for truth: what no event told is found here.
 *
 * @returns how many were handed on
 */
export const sweep = async (clock: Clock, wake: (homeserver: string) => void): Promise<number> => {
  let count = 0;
  for (let after = FIRST; ; ) {
    const page = await asWorker(async (tx) => ok(await dueServers(tx, clock.now(), after, PAGE)));
    const ids = page.ok ? page.value : [];
    for (const id of ids) wake(id);
    count += ids.length;
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) return count;
    after = last;
  }
};

/** How far from its time a sweep begins, as a part of its interval: portals started together part ways. */
const JITTER = 0.1;

/** When the next sweep begins, in ms: `seconds`, a tenth more or less. */
export const nextSweepIn = (seconds: number, random: number): number =>
  Math.round(seconds * 1_000 * (1 - JITTER + 2 * JITTER * random));

/** Sweeps at once and then about every `seconds`; a sweep that fails is reported and the next one tried. */
export const startSweeps = (
  seconds: number,
  run: () => Promise<unknown>,
  onError: (error: unknown) => void,
  random: () => number = Math.random,
): { readonly stop: () => void; readonly first: Promise<void> } => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    try {
      await run();
    } catch (error) {
      onError(error);
    }
    if (!stopped) timer = setTimeout(() => void turn(), nextSweepIn(seconds, random()));
  };
  const first = turn();
  return {
    first,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
