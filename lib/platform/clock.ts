import type { Instant } from "#lib/domain/instant.ts";

/** The one source of time. Nothing else in the product asks the machine or the database what time it is. */
export type Clock = { readonly now: () => Instant };

/** The machine's clock, in whole milliseconds since the epoch. */
export const systemClock: Clock = { now: () => Date.now() as Instant };

/** A clock that stands still, for tests. */
export const fixedClock = (at: number): Clock => ({ now: () => at as Instant });

/** A clock that the caller moves, for tests of what time does. */
export const movableClock = (
  start: number,
): Clock & { readonly advance: (ms: number) => void; set(at: number): void } => {
  let at = start;
  return {
    now: () => at as Instant,
    advance: (ms) => {
      at += ms;
    },
    set: (to) => {
      at = to;
    },
  };
};
