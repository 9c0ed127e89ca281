import { z } from "zod";
import { PROOF_PLACES, PROOF_STATES } from "#lib/domain/name-proof.ts";
import { At } from "./common.ts";

/** Whether whoever runs a server commands its name, and what to publish to show it. */
export const NameProofView = z
  .object({
    state: z.enum(PROOF_STATES),
    token: z.string(),
    url: z.string().meta({ description: "The token as a line of the text here …" }),
    record: z.string().nullable().meta({ description: "… or as a TXT record of this name; null for an address." }),
    found: z.enum(PROOF_PLACES).nullable(),
    code: z.string().nullable().meta({ description: "Why it was not found when last looked for." }),
    checkedAt: At.nullable(),
    provenAt: At.nullable(),
    failingSince: At.nullable(),
    waiting: z.boolean().meta({ description: "A look was asked for and has not been taken yet." }),
  })
  .meta({ id: "NameProofView" });
export type NameProofView = z.infer<typeof NameProofView>;
