import { z } from "zod";
import { CHECKS, NEXT_STEPS, REASON_CODES } from "#lib/domain/diagnosis-reasons.ts";
import { At, HomeserverRef, idInput, PublicId, Version } from "./common.ts";

/** Asks whether one homeserver can reach another, and back. */
export const CreateDiagnosis = z
  .strictObject({ from: idInput("hs"), to: idInput("hs") })
  .meta({ id: "CreateDiagnosis" });
export type CreateDiagnosis = z.output<typeof CreateDiagnosis>;

export const CheckView = z.object({
  check: z.enum(CHECKS),
  result: z.enum(["pass", "fail", "unknown"]),
  reason: z.enum(REASON_CODES).meta({ description: "What was found: `diagnose.reason.<code>` in the messages." }),
  next: z.enum(NEXT_STEPS).nullable().meta({ description: "What to do next; null where there is nothing to do." }),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type CheckView = z.infer<typeof CheckView>;

export const DirectionView = z.object({
  from: z.string(),
  to: z.string(),
  answer: z.enum(["yes", "no", "unknown"]),
  checks: z.array(CheckView),
});
export type DirectionView = z.infer<typeof DirectionView>;

const Software = z.object({ name: z.string(), version: z.string() }).nullable();

/** What the worker writes, check by check as it becomes known. */
export const DiagnosisFindings = z.object({
  directions: z.array(DirectionView).max(2),
  software: z.object({ from: Software, to: Software }),
});

export const DiagnosisView = DiagnosisFindings.extend({
  id: PublicId("dia"),
  from: HomeserverRef,
  to: HomeserverRef,
  state: z.enum(["waiting", "running", "done", "failed"]),
  askedAt: At,
  finishedAt: At.nullable(),
  version: Version,
}).meta({ id: "Diagnosis" });
export type DiagnosisView = z.infer<typeof DiagnosisView>;
