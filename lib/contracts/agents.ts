import { z } from "zod";
import { At } from "./common.ts";

/** What a program that enrolled gets to know: the root keys are to be compared with fingerprints given apart. */
export const Enrolled = z
  .object({ federation: z.string(), enforcement_point: z.string(), root_keys: z.record(z.string(), z.string()) })
  .meta({ id: "Enrolled" });
export type Enrolled = z.infer<typeof Enrolled>;

/** What is newer than what was held, as stored bytes, in the order in which it is to be taken. */
export const PullAnswer = z
  .object({ documents: z.array(z.object({ kind: z.enum(["keyset", "list", "renewal"]), bytes: z.string() })).max(3) })
  .meta({ id: "PullAnswer" });
export type PullAnswer = z.infer<typeof PullAnswer>;

/** That a receipt was taken. */
export const ReceiptTaken = z.strictObject({}).meta({ id: "ReceiptTaken" });

/** The program that asks for a server's list, and what it last said. */
export const AgentView = z
  .object({
    software: z.string(),
    keyId: z.string(),
    enrolledAt: At,
    heardAt: At.nullable().meta({ description: "When it last asked or gave a receipt." }),
    silent: z.boolean().meta({ description: "Not heard of for longer than it may be." }),
    clockOff: z
      .int()
      .nullable()
      .meta({ description: "By how many ms its clock is off, where it is refused for that." }),
    doubledAt: At.nullable().meta({ description: "When a second program was seen to use the same key." }),
    receiptAt: At.nullable(),
    version: z.int().nullable().meta({ description: "The version of the list that it last reported." }),
  })
  .meta({ id: "AgentView" });
export type AgentView = z.infer<typeof AgentView>;

/** A one-time code with all that the program beside the server is started with. The code is answered once. */
export const EnrolmentCode = z
  .object({
    code: z.string(),
    expiresAt: At,
    portal: z.string(),
    audience: z.string(),
    fingerprints: z.array(z.string()).meta({ description: "Of the root keys: to be given apart from the code." }),
  })
  .meta({ id: "EnrolmentCode" });
export type EnrolmentCode = z.infer<typeof EnrolmentCode>;
