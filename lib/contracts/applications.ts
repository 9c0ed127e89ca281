import { z } from "zod";
import { APPLICATION_FINDINGS, APPLICATION_STATES } from "#lib/domain/application.ts";
import { MEMBER_CLASSES, PLATFORMS } from "#lib/domain/directory.ts";
import { IDENTIFIER_SCHEMES } from "#lib/domain/identifier.ts";
import { AgencyRef, At, PersonRef, PublicId, serverNameInput, text } from "./common.ts";
import { ContactInput, countryInput, identifierInput, nameText } from "./directory.ts";

/** An organisation asks to join. Anyone may send it; the answer is the same whoever is registered. */
export const Apply = z
  .strictObject({
    name: nameText(160),
    identifier: identifierInput,
    memberClass: z.enum(MEMBER_CLASSES),
    country: countryInput.default("SE"),
    platform: z.enum(PLATFORMS).default("synapse"),
    serverNames: z
      .array(serverNameInput)
      .max(10)
      .transform((names) => [...new Set(names)]),
    contact: ContactInput.omit({ kind: true }),
    message: text(1_000).nullable().default(null),
  })
  .meta({ id: "Apply" });
export type Apply = z.output<typeof Apply>;

export const ApplicationView = z
  .object({
    id: PublicId("apl"),
    name: z.string(),
    scheme: z.enum(IDENTIFIER_SCHEMES),
    identifier: z.string(),
    memberClass: z.enum(MEMBER_CLASSES),
    country: z.string(),
    platform: z.enum(PLATFORMS),
    serverNames: z.array(z.string()),
    contact: z.object({ name: z.string(), email: z.string(), phone: z.string().nullable() }),
    message: z.string().nullable(),
    state: z.enum(APPLICATION_STATES),
    at: At,
    decidedBy: PersonRef.nullable(),
    decidedAt: At.nullable(),
    reason: z.string().nullable(),
    agency: AgencyRef.nullable(),
    findings: z
      .array(z.enum(APPLICATION_FINDINGS))
      .meta({ description: "What stands in the way of approving it; of one that is open." }),
  })
  .meta({ id: "ApplicationView" });
export type ApplicationView = z.infer<typeof ApplicationView>;

export const ApplicationQuery = z.strictObject({ state: z.enum(APPLICATION_STATES).default("open") });
export type ApplicationQuery = z.output<typeof ApplicationQuery>;
export const ApplicationList = z
  .object({ items: z.array(ApplicationView).meta({ description: "The oldest first, at most 200." }) })
  .meta({ id: "ApplicationList" });
export type ApplicationList = z.infer<typeof ApplicationList>;

/** A coordinator's word on an application; a refusal is mailed with its reason. */
export const DecideApplication = z
  .discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("approve") }),
    z.strictObject({ decision: z.literal("refuse"), reason: text(500) }),
  ])
  .meta({ id: "DecideApplication" });
export type DecideApplication = z.output<typeof DecideApplication>;

export const DecidedApplication = z
  .object({
    application: ApplicationView,
    invitation: z
      .object({
        url: z.string().nullable().meta({ description: "Shown once; null in a replay." }),
        mailed: z.boolean(),
      })
      .nullable()
      .meta({ description: "To the contact, as the agency's first administrator." }),
  })
  .meta({ id: "DecidedApplication" });
export type DecidedApplication = z.infer<typeof DecidedApplication>;
