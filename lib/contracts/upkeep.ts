import { z } from "zod";
import { REVIEWS, UPKEEP_KINDS } from "#lib/domain/upkeep.ts";
import { AgencyRef, At, HomeserverRef, PersonRef, PublicId } from "./common.ts";

const Item = z.object({
  kind: z.enum(UPKEEP_KINDS),
  person: PersonRef.nullable(),
  homeserver: HomeserverRef.nullable(),
  agreement: PublicId("agr").nullable(),
  at: At.nullable().meta({ description: "When it ends, or since when it has been so." }),
});

/** What agencies must see to. Those of which nothing is due are left out. */
export const UpkeepView = z
  .object({
    agencies: z.array(
      z.object({
        agency: AgencyRef,
        items: z.array(Item),
        mayReview: z.boolean().meta({ description: "The caller may say that they have looked through." }),
      }),
    ),
    looked: z.int().meta({ description: "How many agencies were looked at." }),
  })
  .meta({ id: "UpkeepView" });
export type UpkeepView = z.infer<typeof UpkeepView>;

/** Says that the agency's contacts, people or agreements were looked through and are right. */
export const ReviewAgency = z.strictObject({ review: z.enum(REVIEWS) }).meta({ id: "ReviewAgency" });
export type ReviewAgency = z.output<typeof ReviewAgency>;
