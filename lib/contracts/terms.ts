import { z } from "zod";
import { LEVELS, NAMED_LEVELS } from "#lib/domain/classification.ts";
import { MOST_OFFLINE, RESIDENCY_RULES } from "#lib/domain/terms.ts";
import { Digest, text } from "./common.ts";

const Laws = z.array(z.strictObject({ law: text(200), section: text(200) })).max(20);

/** What a request says beyond servers and dates. What is left out is not part of the terms. */
export const ContentInput = z
  .strictObject({
    laws: Laws.min(1).optional(),
    secrecy: z.strictObject({ assessment: text(4_000), by: text(200) }).optional(),
    ceiling: z
      .enum(NAMED_LEVELS)
      .optional()
      .meta({ description: "0 to 3 on the federation's scale; `4` and `protected` are refused with where to turn." }),
    personalData: z.boolean().optional(),
    residency: z.enum(RESIDENCY_RULES).optional(),
    trial: z.literal(true).optional().meta({ description: "Ends by itself after thirty days." }),
    contacts: z.array(text(300)).min(1).max(10).optional(),
    conditions: text(4_000).optional(),
    offlineMs: z.int().min(0).max(MOST_OFFLINE).optional(),
    attachments: z
      .array(z.strictObject({ name: text(200), digest: Digest }))
      .min(1)
      .max(20)
      .optional(),
  })
  .meta({ id: "TermsContentInput" });
export type ContentInput = z.output<typeof ContentInput>;

/** What the terms say beyond servers and dates; null where nothing was said. */
export const ContentView = z
  .object({
    laws: z.array(z.object({ law: z.string(), section: z.string() })),
    secrecy: z.object({ assessment: z.string(), by: z.string() }).nullable(),
    ceiling: z.literal(LEVELS).nullable(),
    levelNames: z.object({ home: z.string().nullable(), partner: z.string().nullable() }).meta({
      description: "What each side calls the ceiling in its own scale, as mapped when the terms were frozen.",
    }),
    personalData: z.boolean().nullable(),
    residency: z.enum(RESIDENCY_RULES).nullable(),
    trial: z.boolean(),
    contacts: z.array(z.string()),
    conditions: z.string().nullable(),
    offlineMs: z.int().nullable(),
    attachments: z.array(z.object({ name: z.string(), digest: z.string() })),
  })
  .meta({ id: "TermsContent" });
export type ContentView = z.infer<typeof ContentView>;
