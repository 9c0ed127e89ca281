import { z } from "zod";
import { CHANGE_KINDS, CHANGE_STATES } from "#lib/domain/directory.ts";
import { AgencyRef, At, HomeserverRef, idInput, PageQuery, PersonRef, PublicId, page, text } from "./common.ts";

/** A change to what an active agency's partners rely on, waiting for (or decided by) that agency's own approver. */
export const ChangeView = z
  .object({
    id: PublicId("chg"),
    agency: AgencyRef,
    homeserver: HomeserverRef.nullable(),
    kind: z.enum(CHANGE_KINDS),
    before: z.record(z.string(), z.unknown()),
    after: z.record(z.string(), z.unknown()),
    proposedBy: PersonRef.nullable().meta({ description: "Null where the portal itself saw the change." }),
    proposedAt: At,
    state: z.enum(CHANGE_STATES),
    decidedBy: PersonRef.nullable(),
    decidedAt: At.nullable(),
    reason: z.string().nullable(),
    about: PersonRef.nullable().meta({ description: "Whose role changes (`approver_role`)." }),
    keys: z
      .array(z.object({ keyId: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
      .meta({ description: "The keys' fingerprints before and after (`pinned_keys`)." }),
    holdsAgreements: z.boolean().meta({ description: "Approving holds the agreements until both consent again." }),
    allowed: z.array(z.enum(["approve", "reject"])),
  })
  .meta({ id: "ChangeView" });
export type ChangeView = z.infer<typeof ChangeView>;

export const ChangeQuery = PageQuery.extend({
  agency: idInput("agy").optional(),
  state: z.enum(CHANGE_STATES).optional(),
});
export type ChangeQuery = z.output<typeof ChangeQuery>;
export const ChangePage = page(ChangeView).meta({ id: "ChangePage" });

export const DecideChange = z
  .discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("approve"), reason: text(1_000).optional() }),
    z.strictObject({ decision: z.literal("reject"), reason: text(1_000) }),
  ])
  .meta({ id: "DecideChange" });
export type DecideChange = z.output<typeof DecideChange>;
