import ical, { ICalCalendarMethod } from "ical-generator";
import { HOUR, type Instant, MINUTE } from "#lib/domain/instant.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };

const TEXTS = { sv: sv.calendar, en: en.calendar };
const LENGTH = 30 * MINUTE;
const ASK_AGAIN_S = (6 * HOUR) / 1_000;

type End = {
  readonly agreement: string;
  readonly end: Instant;
  readonly agency: { readonly sv: string; readonly en: string };
};

/** Ends as a calendar (RFC 5545), in UTC: each event is the half hour up to the end, and leads to its agreement. */
export const calendarOf = (ends: readonly End[], locale: "sv" | "en", baseUrl: string): string => {
  const texts = TEXTS[locale];
  const calendar = ical({
    name: texts.name,
    prodId: { company: "Tillit", product: "Tillit", language: locale.toUpperCase() },
    method: ICalCalendarMethod.PUBLISH,
    ttl: ASK_AGAIN_S,
  });
  for (const { agreement, end, agency } of ends)
    calendar.createEvent({
      id: `${agreement}.end@${new URL(baseUrl).hostname}`,
      // The same answer for the same ends: a stamp of now would make each reading a change.
      stamp: new Date(end - LENGTH),
      start: new Date(end - LENGTH),
      end: new Date(end),
      summary: texts.ends.replace("{agency}", agency[locale]),
      description: texts.what,
      url: `${baseUrl}/agreements/${agreement}`,
    });
  return calendar.toString();
};
