import { z } from "zod";
import { STOP_MOVES, STOP_PROGRESS, STOP_SCOPES, STOP_STATES } from "#lib/domain/emergency.ts";
import { AgencyRef, At, Digest, HomeserverRef, idInput, PersonRef, PublicId, text, Version } from "./common.ts";

/** One server that a stop concerns, and how far it has come. */
export const StoppedServerView = z.object({
  homeserver: HomeserverRef,
  own: z.boolean().meta({ description: "Serves the stopped agency itself." }),
  agreements: z.int().min(0).meta({ description: "How many of its agreements the stop shuts." }),
  progress: z.enum(STOP_PROGRESS),
  confirmedAt: At.nullable(),
});
export type StoppedServerView = z.infer<typeof StoppedServerView>;

/** What would be shut, before anybody decides. */
export const ReachView = z
  .object({
    agency: AgencyRef,
    servers: z.array(StoppedServerView),
    partners: z.array(AgencyRef),
    names: z.array(z.string()).meta({ description: "The stopped agency's own server names." }),
    digest: Digest.meta({ description: "Of whom it reaches; a confirmation is bound to what was shown." }),
  })
  .meta({ id: "ReachView" });
export type ReachView = z.infer<typeof ReachView>;

export const StopView = z
  .object({
    id: PublicId("stp"),
    agency: AgencyRef,
    scope: z.enum(STOP_SCOPES),
    exercise: z.boolean(),
    state: z.enum(STOP_STATES),
    reason: z.string().nullable().meta({ description: "For the agency and coordinators." }),
    startedBy: PersonRef.nullable(),
    startedAt: At,
    confirmedBy: PersonRef.nullable(),
    confirmedAt: At.nullable(),
    lapsesAt: At.nullable(),
    urgent: z.boolean().meta({ description: "It lapses within 15 minutes unless a second person confirms." }),
    endedBy: PersonRef.nullable(),
    endedAt: At.nullable(),
    endReason: z.string().nullable(),
    allowed: z.array(z.enum(STOP_MOVES)),
    reach: ReachView.nullable().meta({ description: "Progress per server, for who may decide, while it stands." }),
    version: Version,
  })
  .meta({ id: "StopView" });
export type StopView = z.infer<typeof StopView>;

export const EmergencyView = z
  .object({
    stops: z.array(StopView).meta({ description: "Those that stand first, then the newest; at most 50." }),
    everywhere: z.boolean().meta({ description: "The reader may stop any agency everywhere." }),
    own: z.array(AgencyRef).meta({ description: "Agencies that the reader may stop from all." }),
    at: At,
  })
  .meta({ id: "EmergencyView" });
export type EmergencyView = z.infer<typeof EmergencyView>;

export const ReachQuery = z.strictObject({ agency: idInput("agy") });
export type ReachQuery = z.output<typeof ReachQuery>;

export const StartStop = z
  .strictObject({
    agency: idInput("agy"),
    scope: z.enum(STOP_SCOPES),
    exercise: z.boolean().default(false),
    reason: text(2_000),
    digest: Digest.optional().meta({ description: "Of the reach that was shown; without it nobody was shown any." }),
  })
  .meta({ id: "StartStop" });
export type StartStop = z.output<typeof StartStop>;

/** To confirm is bound to the reach that was shown. */
export const DecideStop = z
  .discriminatedUnion("move", [
    z.strictObject({ move: z.literal("confirm"), reason: text(2_000), digest: Digest }),
    z.strictObject({ move: z.literal("lift"), reason: text(2_000) }),
  ])
  .meta({ id: "DecideStop" });
export type DecideStop = z.output<typeof DecideStop>;
