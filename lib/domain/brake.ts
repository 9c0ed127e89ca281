import { type AllowList, type Plan, planChange } from "./allow-list.ts";
import type { ServerName } from "./server-name.ts";

/** Why a new list is not sent until a named person releases it. */
export const BRAKE_REASONS = ["unexplained_removals", "source_empty", "source_degraded", "list_doubled"] as const;
export type BrakeReason = (typeof BRAKE_REASONS)[number];

export type BrakeInput = {
  /** The last list signed for this server; never what was observed on it. */
  readonly last: AllowList | undefined;
  readonly next: AllowList;
  /** Reason ids that a recorded decision, suspension, hold or end explains the going of. */
  readonly ended: ReadonlySet<string>;
  /** Reason ids whose consents are complete in the record. */
  readonly consented: ReadonlySet<string>;
  /** False where the source could not be read whole. */
  readonly sourceComplete: boolean;
};

export type BrakeVerdict =
  | { readonly held: false; readonly plan: Plan }
  | { readonly held: true; readonly why: BrakeReason; readonly plan: Plan; readonly names: readonly ServerName[] };

/** Below this size a list may double freely: a young federation grows in leaps. */
export const DOUBLING_FLOOR = 20;

const namesOf = (list: AllowList): ReadonlySet<ServerName> => new Set(list.map(({ server }) => server));
const reasonIds = (list: AllowList, server: ServerName): readonly string[] =>
  list.find((entry) => entry.server === server)?.reasons.map(({ id }) => id) ?? [];

/**
 * Compares a new list with the last one signed for the same server and holds what no decision explains.
 * Explained changes pass at once, however many: a revocation is never delayed. Why: generated lists have emptied or
 * doubled whole fleets when a degraded source merely looked empty.
 */
export const brake = ({ last, next, ended, consented, sourceComplete }: BrakeInput): BrakeVerdict => {
  const before = namesOf(last ?? []);
  const after = namesOf(next);
  const plan = planChange(before, after);
  const held = (why: BrakeReason, names: readonly ServerName[]): BrakeVerdict => ({ held: true, why, plan, names });
  if (!sourceComplete) return held("source_degraded", plan.remove);
  const unexplained = plan.remove.filter((server) => !reasonIds(last ?? [], server).every((id) => ended.has(id)));
  if (unexplained.length > 0) return held(after.size === 0 ? "source_empty" : "unexplained_removals", unexplained);
  if (before.size >= DOUBLING_FLOOR && after.size > 2 * before.size) {
    const surprising = plan.add.filter((server) => !reasonIds(next, server).every((id) => consented.has(id)));
    if (surprising.length > 0) return held("list_doubled", surprising);
  }
  return { held: false, plan };
};
