import { MINUTE, SECOND } from "#lib/domain/instant.ts";
import type { Agent } from "./agent.ts";

/** How long each question may wait at the portal, ms: the longest the specification allows. */
const WAIT = 50 * SECOND;
/** How often the server is settled between answers: reasons begin and end by the clock, and files change by hand. */
const TICK = 5 * SECOND;
const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = MINUTE;

/** Whoever answers at once, over and over, is not asked without end (ms). */
const SHORTEST_TURN = 250;

/** How long to wait after so many failures in a row, ms: doubling, with jitter. */
export const pauseAfter = (failures: number, random: number): number =>
  Math.min(FIRST_PAUSE * 2 ** Math.min(failures - 1, 16), LONGEST_PAUSE) * (0.5 + random / 2);

export type RunMeans = {
  readonly random: () => number;
  /** Ends early, without a fault, when the signal says so. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Keeps one agent going until the signal: asks again and again, through whatever fails, and settles in between. */
export const runAgent = async (agent: Agent, { random, sleep }: RunMeans, signal: AbortSignal): Promise<void> => {
  const ticking = async (): Promise<void> => {
    while (!signal.aborted) {
      await agent.settle(signal);
      await sleep(TICK, signal);
    }
  };
  const asking = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const begun = performance.now();
      const turned = await agent.turn(WAIT, signal);
      failures = turned.ok ? 0 : failures + 1;
      const rest = turned.ok ? SHORTEST_TURN - (performance.now() - begun) : pauseAfter(failures, random());
      if (rest > 0) await sleep(rest, signal);
    }
  };
  await Promise.all([ticking(), asking()]);
};
