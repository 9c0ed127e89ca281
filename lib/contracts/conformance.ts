import { z } from "zod";
import { CONFORMANCE_CHECKS, CONFORMANCE_OUTCOMES } from "#lib/domain/conformance.ts";
import { At } from "./common.ts";

/** What trying the contract on a homeserver last showed. */
export const ConformanceView = z
  .object({
    report: z
      .object({
        at: At,
        connector: z.string(),
        checks: z.array(
          z.object({ check: z.enum(CONFORMANCE_CHECKS), outcome: z.enum(CONFORMANCE_OUTCOMES), detail: z.string() }),
        ),
        signed: z.string().meta({ description: "The report as signed: Matrix signed JSON in the federation's name." }),
      })
      .nullable(),
  })
  .meta({ id: "ConformanceView" });
export type ConformanceView = z.infer<typeof ConformanceView>;
