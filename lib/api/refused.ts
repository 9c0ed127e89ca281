import { recordRefusal } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import { MINUTE } from "#lib/domain/instant.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { processWide } from "#lib/platform/global.ts";
import { withTrace } from "#lib/platform/log.ts";

/** How many refusals of one person leave a row of their own within the window, in each process. */
export const MOST_ROWS = 20;
export const WINDOW = 10 * MINUTE;
/** People remembered at once; beyond it those whose window has passed are forgotten. */
const MOST_PEOPLE = 5_000;

type Count = { readonly from: number; rows: number; left: number };
export type Counts = Map<string, Count>;

/**
 * Whether a person's refusal gets a row, and how many before it got none: the log cannot be filled by repeating what is
 * refused, and what was left out is counted in the first row of the person's next window.
 */
export const admit = (counts: Counts, person: string, now: number): { readonly leftOut: number } | undefined => {
  const known = counts.get(person);
  if (known !== undefined && now - known.from < WINDOW) {
    if (known.rows >= MOST_ROWS) {
      known.left += 1;
      return undefined;
    }
    known.rows += 1;
    return { leftOut: 0 };
  }
  if (counts.size >= MOST_PEOPLE) for (const [each, { from }] of counts) if (now - from >= WINDOW) counts.delete(each);
  counts.set(person, { from: now, rows: 1, left: 0 });
  return { leftOut: known?.left ?? 0 };
};

/**
 * A refusal of a signed-in person before the act was begun (scope, origin, a body that cannot be read) leaves its row in
 * the log. Where the row cannot be written the answer is the same: nothing was done.
 */
export const noteRefusal = async (actor: Actor, why: Refusal, request: Request): Promise<void> => {
  const counts = processWide<Counts>("api.refused", () => new Map());
  const admitted = admit(counts, actor.person, systemClock.now());
  if (admitted === undefined) return;
  const subject = `${request.method} ${new URL(request.url).pathname}`.slice(0, 200);
  const details = admitted.leftOut === 0 ? {} : { left_out_before: admitted.leftOut };
  try {
    await recordRefusal(actor, why, subject, details);
  } catch (fault) {
    withTrace(actor.traceId).warn({ err: fault }, "a refusal left no row");
  }
};
