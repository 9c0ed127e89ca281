import { z } from "zod";
import { LEVELS } from "#lib/domain/classification.ts";
import { PublicId, text } from "./common.ts";

/** What an agency calls each level of the federation's scale, in the order of the levels; null where it has no own word. */
export const LevelNamesView = z
  .object({
    agency: PublicId("agy"),
    number: z.int().meta({ description: "How often they were set; 0 before the first time." }),
    names: z.array(z.string().nullable()).length(LEVELS.length),
    maySet: z.boolean(),
  })
  .meta({ id: "LevelNamesView" });
export type LevelNamesView = z.infer<typeof LevelNamesView>;

/** Sets all of them anew. `number` is the one that was shown. */
export const SetLevelNames = z
  .strictObject({ number: z.int().min(0), names: z.array(text(80).nullable()).length(LEVELS.length) })
  .meta({ id: "SetLevelNames" });
export type SetLevelNames = z.output<typeof SetLevelNames>;
