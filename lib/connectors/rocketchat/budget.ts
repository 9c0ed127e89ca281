import type { Clock } from "#lib/platform/clock.ts";
import { processWide } from "#lib/platform/global.ts";

/** One below the vendor's own default of ten a minute for each address, route and method. */
const MOST = 9;
const WINDOW_MS = 60_000;

type Lane = { sent: number[]; blockedUntil: number };

/** What this process has sent to one host, whichever connector sent it. */
export type Budget = {
  /** Milliseconds to wait before one more call of that method; 0 for none. A call that may go is counted. */
  readonly take: (method: string) => number;
  /** The server itself said until when it wants no more, in epoch ms. */
  readonly block: (method: string, until: number) => void;
};

const lanes = (): Map<string, Lane> => processWide("rocketchat-budget", () => new Map<string, Lane>());

/** The budget of a host: all connectors to it share one, so that together they stay under its limit. */
export const budgetOf = (host: string, clock: Clock): Budget => {
  const laneOf = (method: string): Lane => {
    const key = `${method} ${host}`;
    const lane = lanes().get(key) ?? { sent: [], blockedUntil: 0 };
    lanes().set(key, lane);
    return lane;
  };
  return {
    take: (method) => {
      const lane = laneOf(method);
      const now = clock.now();
      lane.sent = lane.sent.filter((at) => now - at < WINDOW_MS);
      const [oldest = now] = lane.sent;
      const full = lane.sent.length >= MOST ? oldest + WINDOW_MS - now : 0;
      const wait = Math.max(full, lane.blockedUntil - now, 0);
      if (wait === 0) lane.sent.push(now);
      return wait;
    },
    block: (method, until) => {
      laneOf(method).blockedUntil = until;
    },
  };
};
