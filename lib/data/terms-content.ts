import { z } from "zod";
import { LEVELS } from "#lib/domain/classification.ts";
import { type Content, RESIDENCY_RULES } from "#lib/domain/terms.ts";

/** The content of stored terms, under the names that the canonical document gives its keys. */
export const StoredContent = z
  .object({
    laws: z.array(z.object({ law: z.string(), section: z.string() })).optional(),
    secrecy: z.object({ assessment: z.string(), by: z.string() }).optional(),
    ceiling: z.literal(LEVELS).optional(),
    level_names: z.object({ home: z.string().optional(), partner: z.string().optional() }).optional(),
    personal_data: z.boolean().optional(),
    residency: z.enum(RESIDENCY_RULES).optional(),
    trial: z.literal(true).optional(),
    contacts: z.array(z.string()).optional(),
    conditions: z.string().optional(),
    offline_ms: z.int().min(0).optional(),
    attachments: z.array(z.object({ name: z.string(), digest: z.string() })).optional(),
  })
  .transform(
    ({ level_names, personal_data, offline_ms, ...rest }): Content => ({
      ...rest,
      ...(level_names === undefined
        ? {}
        : {
            levelNames: {
              ...(level_names.home === undefined ? {} : { home: level_names.home }),
              ...(level_names.partner === undefined ? {} : { partner: level_names.partner }),
            },
          }),
      ...(personal_data === undefined ? {} : { personalData: personal_data }),
      ...(offline_ms === undefined ? {} : { offlineMs: offline_ms }),
    }),
  );
