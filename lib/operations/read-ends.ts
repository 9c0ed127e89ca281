import { getAgencies } from "#lib/data/directory.ts";
import { endsOf } from "#lib/data/reminders.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, instant, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";

const PAST = 30 * DAY;
const AHEAD = 2 * 366 * DAY;
const MOST = 2_000;

/** An agreement's end, as a calendar may know it: which of one's own agencies it is of, and never with whom. */
export type EndView = {
  readonly agreement: string;
  readonly end: Instant;
  readonly agency: { readonly sv: string; readonly en: string };
};

/**
 * The ends of the agreements of the caller's agencies, from a month ago to two years ahead, for a token that reads the
 * calendar and nothing else: an address that holds it lies in other people's programs.
 */
export const readEnds = (actor: Actor | undefined): Promise<Result<readonly EndView[], Refusal>> => {
  const { credential } = actor ?? {};
  const only = credential?.kind === "token" && credential.scopes.every((scope) => scope === "calendar:read");
  if (actor === undefined || !only) return Promise.resolve(err(refusal("not_found")));
  return inTransaction(actor, async (tx) => {
    const now = systemClock.now();
    const window = { from: instant(Math.max(0, now - PAST)), until: later(now, AHEAD) };
    const ends = await endsOf(tx, agenciesOf(actor), window, MOST);
    const agencies = new Map(
      (await getAgencies(tx, [...new Set(ends.map(({ agency }) => agency))])).map((each) => [each.id, each]),
    );
    return ok(
      ends.flatMap(({ agreement, end, agency: id }) => {
        const agency = agencies.get(id);
        return agency === undefined
          ? []
          : [{ agreement: toPublicId("agr", agreement), end, agency: { sv: agency.nameSv, en: agency.nameEn } }];
      }),
    );
  });
};
