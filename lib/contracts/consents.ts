import { z } from "zod";
import { AgencyRef, At, Digest, fileText, idInput, PersonRef } from "./common.ts";

/** A file that `tillit consent sign` wrote, as it stands. */
export const GiveConsent = z.strictObject({ as: idInput("agy"), file: fileText(200_000) }).meta({ id: "GiveConsent" });
export type GiveConsent = z.output<typeof GiveConsent>;

/** Why nothing can be signed yet. */
export const UNSIGNABLE = ["not_agreed", "no_end", "too_long"] as const;

export const ConsentsView = z
  .object({
    request: z
      .object({ name: z.string(), text: z.string() })
      .nullable()
      .meta({ description: "The file to sign at the agency with `tillit consent sign`; null where nothing can be." }),
    unsignable: z.enum(UNSIGNABLE).nullable(),
    signed: z.array(
      z.object({
        agency: AgencyRef,
        person: PersonRef.meta({ description: "Who gave the file to the portal." }),
        signer: z.string(),
        keyId: z.string(),
        fingerprint: z.string(),
        digest: Digest,
        from: At,
        until: At,
        at: At,
        current: z.boolean().meta({ description: "Whether it is for the terms and times that hold now." }),
      }),
    ),
    mayGive: z.array(AgencyRef),
  })
  .meta({ id: "ConsentsView" });
export type ConsentsView = z.infer<typeof ConsentsView>;
