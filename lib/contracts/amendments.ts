import { z } from "zod";
import { AgencyRef, At, atInput, Digest, idInput, PersonRef, text } from "./common.ts";
import { ContentInput } from "./terms.ts";
import { TermsView } from "./trust.ts";

/** New terms for an agreement that stands: all of them, the servers and parties apart, which stay as they are. */
export const ProposeAmendment = z
  .strictObject({
    as: idInput("agy"),
    purpose: text(2_000),
    legalBasis: text(1_000).optional(),
    start: atInput.optional(),
    end: atInput.optional(),
    content: ContentInput.optional(),
  })
  .meta({ id: "ProposeAmendment" });
export type ProposeAmendment = z.output<typeof ProposeAmendment>;

/** One act on the open proposal. `digest` is that of the proposed terms as they were shown. */
export const DecideAmendment = z
  .strictObject({
    as: idInput("agy"),
    act: z.enum(["consent", "refuse", "withdraw"]),
    digest: text(100),
    reason: text(2_000).optional(),
    diarienummer: text(100).optional(),
  })
  .meta({ id: "DecideAmendment" });
export type DecideAmendment = z.output<typeof DecideAmendment>;

export const AmendmentView = z
  .object({
    /** Null where none was ever proposed. */
    stage: z.enum(["open", "accepted", "refused", "withdrawn"]).nullable(),
    digest: Digest.nullable(),
    number: z.int().nullable(),
    proposedBy: PersonRef.nullable(),
    proposedFor: AgencyRef.nullable(),
    proposedAt: At.nullable(),
    terms: TermsView.nullable(),
    difference: z.array(z.object({ path: z.string(), was: z.string(), now: z.string() })).meta({
      description: "Field by field from the terms in force to those proposed; empty unless a proposal is open.",
    }),
    consents: z.array(z.object({ agency: AgencyRef, person: PersonRef, at: At, diarienummer: z.string().nullable() })),
    reason: z.string().nullable().meta({ description: "Why it was refused." }),
    mayPropose: z.array(AgencyRef),
    mayDecide: z.array(z.object({ as: AgencyRef, acts: z.array(z.enum(["consent", "refuse", "withdraw"])) })),
  })
  .meta({ id: "AmendmentView" });
export type AmendmentView = z.infer<typeof AmendmentView>;
