import { z } from "zod";
import { IDENTITY_CHOICES } from "#lib/domain/directory.ts";
import { AgencyRef, At, idInput } from "./common.ts";

/** One side chooses for itself; the agreement is only warned of where every party chose `warn`. */
export const ChooseIdentity = z
  .strictObject({ as: idInput("agy"), choice: z.enum(IDENTITY_CHOICES) })
  .meta({ id: "ChooseIdentity" });
export type ChooseIdentity = z.output<typeof ChooseIdentity>;

/** What happens when a server of the agreement shows a key that no known key has signed. */
export const IdentityChoiceView = z
  .object({
    effect: z.enum(IDENTITY_CHOICES),
    parties: z.array(
      z.object({
        agency: AgencyRef,
        choice: z.enum(IDENTITY_CHOICES),
        at: At.nullable(),
        mayChoose: z.boolean(),
      }),
    ),
  })
  .meta({ id: "IdentityChoice" });
export type IdentityChoiceView = z.infer<typeof IdentityChoiceView>;
