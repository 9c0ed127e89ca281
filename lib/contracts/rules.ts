import { z } from "zod";
import { BARRED_KINDS } from "#lib/domain/barred.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { type Clause, REGIONS } from "#lib/domain/rules.ts";
import { At, fault, PersonRef, PublicId, serverNameInput, text } from "./common.ts";
import { identifierInput } from "./directory.ts";

const plain = <K extends "no_personal_data" | "legal_basis" | "secrecy" | "trial">(kind: K) =>
  z.strictObject({ kind: z.literal(kind) });

/** One demand of a rule. */
export const ClauseForm = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("member_class"), of: z.array(z.enum(MEMBER_CLASSES)).min(1) }),
    z.strictObject({ kind: z.literal("country"), within: z.enum(REGIONS) }),
    z.strictObject({ kind: z.literal("ceiling"), most: z.literal(LEVELS) }),
    z.strictObject({ kind: z.literal("residency"), least: z.enum(["eea", "sweden"]) }),
    z.strictObject({ kind: z.literal("ends_within"), days: z.int().min(1).max(3_650) }),
    z.strictObject({ kind: z.literal("offline"), hours: z.int().min(0).max(720) }),
    z.strictObject({ kind: z.literal("laws"), of: z.array(text(100)).min(1).max(20) }),
    plain("no_personal_data"),
    plain("legal_basis"),
    plain("secrecy"),
    plain("trial"),
  ])
  .meta({ id: "RuleClause" });
export type ClauseForm = z.infer<typeof ClauseForm>;

/** Each demand once: two of a kind would say different things of the same term. */
export const clausesInput = (least: 0 | 1) =>
  z
    .array(ClauseForm)
    .min(least)
    .max(20)
    .transform((clauses, ctx): readonly Clause[] =>
      new Set(clauses.map(({ kind }) => kind)).size === clauses.length ? clauses : fault(ctx, "invalid_input"),
    );

/** What no agreement in the federation may undercut. `number` is 0 where nothing was ever set. */
export const MinimumRulesView = z
  .object({
    number: z.int().min(0),
    clauses: z.array(ClauseForm),
    setBy: PersonRef.nullable(),
    at: At.nullable(),
    maySet: z.boolean(),
  })
  .meta({ id: "MinimumRulesView" });
export type MinimumRulesView = z.infer<typeof MinimumRulesView>;

/** Sets the rules anew, in place of the version that was shown. */
export const SetMinimumRules = z
  .strictObject({ number: z.int().min(0), clauses: clausesInput(0) })
  .meta({ id: "SetMinimumRules" });
export type SetMinimumRules = z.output<typeof SetMinimumRules>;

export const BarredList = z
  .object({
    items: z.array(
      z.object({
        id: PublicId("bar"),
        kind: z.enum(BARRED_KINDS),
        value: z.string(),
        reason: z.string(),
        by: PersonRef,
        at: At,
      }),
    ),
  })
  .meta({ id: "BarredList" });
export type BarredList = z.infer<typeof BarredList>;

/** Bars an organisation, or a server name with every name below it. */
export const AddBarred = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("identifier"), identifier: identifierInput, reason: text(1_000) }),
    z.strictObject({ kind: z.literal("server_name"), serverName: serverNameInput, reason: text(1_000) }),
  ])
  .meta({ id: "AddBarred" });
export type AddBarred = z.output<typeof AddBarred>;
