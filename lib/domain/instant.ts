/** A moment, in whole milliseconds since the Unix epoch (UTC). */
export type Instant = number & { readonly __brand: "Instant" };

/** A length of time in milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Marks a number of milliseconds since the epoch as an instant; throws RangeError unless it is a safe, non-negative integer. */
export const instant = (ms: number): Instant => {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError(`not an instant: ${ms}`);
  return ms as Instant;
};

/** The instant `ms` milliseconds after `at` (before it, if negative). */
export const later = (at: Instant, ms: number): Instant => instant(at + ms);
