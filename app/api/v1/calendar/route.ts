import { calendarOf } from "#lib/api/calendar.ts";
import { definePublicDownload } from "#lib/api/define-route.ts";
import { actorFrom } from "#lib/auth/actor.ts";
import { CalendarQuery } from "#lib/contracts/tokens.ts";
import { ok } from "#lib/domain/result.ts";
import { readEnds } from "#lib/operations/read-ends.ts";

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}

/** Calendars cannot send a header, so the token stands in the address; one that can do anything else is not taken here. */
export const GET = definePublicDownload({
  summary: "The ends of one's agreements as a calendar, by a token that reads nothing else",
  query: CalendarQuery,
  media: "text/calendar; charset=utf-8",
  fileName: "tillit.ics",
  run: async (_actor, { token }, { baseUrl }) => {
    const actor = await actorFrom({ headers: new Headers({ authorization: `Bearer ${token}` }) });
    const ends = await readEnds(actor);
    return ends.ok ? ok(whole(calendarOf(ends.value, actor?.locale ?? "sv", baseUrl))) : ends;
  },
});
