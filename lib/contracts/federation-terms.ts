import { z } from "zod";
import { AgencyRef, At, Digest, idInput, text } from "./common.ts";

const Line = z.object({ kind: z.enum(["same", "added", "removed"]), text: z.string() });
const Accepted = z.object({
  number: z.int(),
  diarienummer: z.string(),
  authority: z.string(),
  at: At,
});

/** The federation's terms in force, what the reader's agencies accepted, and (to a coordinator) who is behind. */
export const FederationTermsView = z
  .object({
    current: z.object({ number: z.int(), text: z.string(), digest: Digest, at: At }).nullable(),
    mine: z.array(
      z.object({
        agency: AgencyRef,
        accepted: Accepted.nullable(),
        upToDate: z.boolean(),
        difference: z.array(Line).meta({ description: "From the version accepted to the one in force." }),
        mayAccept: z.boolean(),
      }),
    ),
    behind: z
      .array(z.object({ agency: AgencyRef, accepted: z.int().nullable() }))
      .nullable()
      .meta({ description: "Active agencies, at most 1,000; null to who is no coordinator." }),
  })
  .meta({ id: "FederationTermsView" });
export type FederationTermsView = z.infer<typeof FederationTermsView>;

/** Accepts the terms that were shown, for one agency, by an approver who may sign for it. */
export const AcceptTerms = z
  .strictObject({ agency: idInput("agy"), digest: Digest, authority: text(200), diarienummer: text(80) })
  .meta({ id: "AcceptTerms" });
export type AcceptTerms = z.output<typeof AcceptTerms>;
