import type { AgencyId, ApprovalRuleId, PersonId } from "./ids.ts";
import { DAY, type Instant } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";
import { type Asked, type Clause, checkClauses, fits, type Verdict } from "./rules.ts";
import type { Stage } from "./trust.ts";

/** `incoming`: accepts what others ask of the agency. `outgoing`: endorses what its own people ask of others. */
export const DIRECTIONS = ["incoming", "outgoing"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** An agency's own rule: what fits it is consented to in the agency's name, by the two people who made it a rule. */
export type ApprovalRule = {
  readonly id: ApprovalRuleId;
  readonly agency: AgencyId;
  /** By which people know it, within the agency. */
  readonly number: number;
  readonly direction: Direction;
  readonly clauses: readonly Clause[];
  /** Who answers for it; without them it stands still. */
  readonly owner: PersonId;
  readonly endsAt: Instant;
  readonly diarienummer?: string | undefined;
  readonly proposedBy: PersonId;
  readonly proposedAt: Instant;
  readonly approvedBy?: PersonId | undefined;
  readonly approvedAt?: Instant | undefined;
  readonly stoppedBy?: PersonId | undefined;
  readonly stoppedAt?: Instant | undefined;
};

export const RULE_STATES = ["proposed", "in_force", "ended", "stopped"] as const;
export type RuleState = (typeof RULE_STATES)[number];

/** A rule is thought through again once a year at least. */
export const LONGEST_RULE = 366 * DAY;

export const ruleState = (rule: ApprovalRule, now: Instant): RuleState => {
  if (rule.stoppedAt !== undefined) return "stopped";
  if (rule.endsAt <= now) return "ended";
  return rule.approvedAt === undefined ? "proposed" : "in_force";
};

export const RULE_MOVES = ["approve", "stop"] as const;
export type RuleMove = (typeof RULE_MOVES)[number];
export type RuleRefusal = "rule_not_open" | "own_rule" | "rule_over";

/** Whether this person may make the move; that their role reaches for it is the caller's to know. One person stops a rule. */
export const decideRule = (
  rule: ApprovalRule,
  { move, person, at }: { readonly move: RuleMove; readonly person: PersonId; readonly at: Instant },
): Result<true, RuleRefusal> => {
  const state = ruleState(rule, at);
  if (move === "stop") return state === "stopped" || state === "ended" ? err("rule_over") : ok(true);
  if (state !== "proposed") return err("rule_not_open");
  return rule.proposedBy === person ? err("own_rule") : ok(true);
};

/** Which stage of a request waits for a rule of that direction. */
export const STAGE_OF: Readonly<Record<Direction, Stage>> = { outgoing: "requested", incoming: "offered" };

export type RuleVerdict = { readonly fits: boolean; readonly verdicts: readonly Verdict[] };

/** What a rule would say of a request, clause by clause. */
export const judgeBy = ({ clauses }: Pick<ApprovalRule, "clauses">, asked: Asked): RuleVerdict => {
  const verdicts = checkClauses(clauses, asked);
  return { fits: fits(verdicts), verdicts };
};

/**
 * Whether a rule may consent now to a request that was made at `askedAt`: it is in force, was so before the request, and
 * whoever answers for it still approves for the agency.
 */
export const mayConsent = (
  rule: ApprovalRule,
  {
    askedAt,
    now,
    ownerApproves,
  }: { readonly askedAt: Instant; readonly now: Instant; readonly ownerApproves: boolean },
): boolean =>
  ruleState(rule, now) === "in_force" && ownerApproves && rule.approvedAt !== undefined && rule.approvedAt <= askedAt;

/** The lock under which a rule consents and is stopped: what is stopped consents to nothing that was not decided before. */
export const ruleLock = (id: ApprovalRuleId): string => `approval_rule:${id}`;
