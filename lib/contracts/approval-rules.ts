import { z } from "zod";
import { DIRECTIONS, RULE_MOVES, RULE_STATES } from "#lib/domain/approval-rule.ts";
import { REASONS } from "#lib/domain/rules.ts";
import { STAGES } from "#lib/domain/trust.ts";
import { AgencyRef, At, atInput, Digest, idInput, PersonRef, PublicId, text } from "./common.ts";
import { ClauseForm, clausesInput } from "./rules.ts";

/** What a rule says of one request, demand by demand. */
const VerdictView = z.object({
  clause: ClauseForm,
  holds: z.boolean(),
  why: z.enum(REASONS),
  found: z.array(z.string()),
});
export type VerdictView = z.infer<typeof VerdictView>;

/** A rule held against what was asked in the past year; `digest` binds an approval to what was shown. */
export const DryRunView = z
  .object({
    looked: z.int().meta({ description: "Requests of the past year in that direction, at most 500, newest first." }),
    fitting: z.int(),
    digest: Digest,
    items: z.array(
      z.object({
        agreement: PublicId("agr"),
        others: z.array(AgencyRef),
        at: At,
        stage: z.enum(STAGES).meta({ description: "What came of it by people's decisions." }),
        fits: z.boolean(),
        verdicts: z.array(VerdictView),
      }),
    ),
  })
  .meta({ id: "RuleDryRun" });
export type DryRunView = z.infer<typeof DryRunView>;

export const ApprovalRuleView = z.object({
  id: PublicId("rul"),
  number: z.int(),
  direction: z.enum(DIRECTIONS),
  clauses: z.array(ClauseForm),
  owner: PersonRef,
  ownerApproves: z.boolean().meta({ description: "While false the rule stands still." }),
  endsAt: At,
  diarienummer: z.string().nullable(),
  state: z.enum(RULE_STATES),
  proposedBy: PersonRef,
  proposedAt: At,
  approvedBy: PersonRef.nullable(),
  approvedAt: At.nullable(),
  stoppedBy: PersonRef.nullable(),
  stoppedAt: At.nullable(),
  stopReason: z.string().nullable(),
  consented: z.int().meta({ description: "To how many requests it has consented." }),
  allowed: z.array(z.enum(RULE_MOVES)),
});
export type ApprovalRuleView = z.infer<typeof ApprovalRuleView>;

/** An agency's rules, newest first. */
export const ApprovalRuleList = z
  .object({
    items: z.array(ApprovalRuleView),
    /** Who may answer for a rule: the agency's approvers. */
    owners: z.array(PersonRef),
    mayPropose: z.boolean(),
  })
  .meta({ id: "ApprovalRuleList" });
export type ApprovalRuleList = z.infer<typeof ApprovalRuleList>;

export const ProposeRule = z
  .strictObject({
    direction: z.enum(DIRECTIONS),
    clauses: clausesInput(1),
    owner: idInput("per"),
    endsAt: atInput,
    diarienummer: text(100).optional(),
  })
  .meta({ id: "ProposeApprovalRule" });
export type ProposeRule = z.output<typeof ProposeRule>;

/** Demands to try on the past year before anything is proposed. */
export const TryRule = z
  .strictObject({ direction: z.enum(DIRECTIONS), clauses: clausesInput(1) })
  .meta({ id: "TryApprovalRule" });
export type TryRule = z.output<typeof TryRule>;

/** `approve` is bound to the dry run that was shown; `stop` says why. */
export const DecideRule = z
  .discriminatedUnion("move", [
    z.strictObject({ move: z.literal("approve"), digest: Digest }),
    z.strictObject({ move: z.literal("stop"), reason: text(1_000) }),
  ])
  .meta({ id: "DecideApprovalRule" });
export type DecideRule = z.output<typeof DecideRule>;
