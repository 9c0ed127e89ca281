import { HOUR, type Instant, instant } from "./instant.ts";

const HOUR_IN_SWEDEN = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Stockholm",
  hourCycle: "h23",
  hour: "2-digit",
});

/**
 * The first moment of a day by Sweden's clocks, also where summer time begins or ends.
 *
 * @param text `2026-03-29`
 * @param days how many days after that one
 * @returns undefined where there is no such day
 */
export const dayStartInSweden = (text: string, days = 0): Instant | undefined => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const there = new Date(Date.UTC(year, month - 1, day));
  // A day that is not (30 February) is read as another.
  if (there.getUTCMonth() !== month - 1 || there.getUTCDate() !== day || year < 1970) return undefined;
  const midnight = Date.UTC(year, month - 1, day + days);
  const summer = midnight - 2 * HOUR;
  return instant(Number(HOUR_IN_SWEDEN.format(summer).slice(0, 2)) === 0 ? summer : midnight - HOUR);
};
