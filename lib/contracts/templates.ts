import { z } from "zod";
import { PublicId, text } from "./common.ts";
import { ContentInput } from "./terms.ts";

/** What a request may begin with: answers that whoever asks may change. It binds nobody and is checked as any request. */
export const Template = z
  .strictObject({
    name: text(80),
    purpose: text(2_000).optional(),
    legalBasis: text(1_000).optional(),
    content: ContentInput.optional(),
  })
  .meta({ id: "Template" });
export type Template = z.output<typeof Template>;

export const Templates = z.array(Template).max(50);

export const TemplatesView = z
  .object({
    agency: PublicId("agy").nullable().meta({ description: "Whose they are; null for the federation's." }),
    number: z.int().meta({ description: "How often they were set; 0 before the first time." }),
    templates: Templates,
    maySet: z.boolean(),
  })
  .meta({ id: "TemplatesView" });
export type TemplatesView = z.infer<typeof TemplatesView>;

/** Sets all of them anew. `number` is the one that was shown. */
export const SetTemplates = z
  .strictObject({ number: z.int().min(0), templates: Templates })
  .meta({ id: "SetTemplates" });
export type SetTemplates = z.output<typeof SetTemplates>;
