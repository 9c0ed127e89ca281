import { z } from "zod";
import { AGENCY_STATES } from "#lib/domain/directory.ts";
import { ONBOARDING_STEPS, STEP_STATES } from "#lib/domain/onboarding.ts";
import { AgencyRef, At, PersonRef } from "./common.ts";

/** One step of joining: how it stands, whose turn it is, and where it is done. */
export const OnboardingStepView = z.object({
  step: z.enum(ONBOARDING_STEPS),
  state: z.enum(STEP_STATES),
  by: z.enum(["coordinator", "administrator", "approver"]),
  missing: z.array(z.string()).meta({ description: "Servers, kinds of contact, or the steps that come first." }),
  href: z.string().meta({ description: "Where it is done; a path of the portal, to be shared with who must do it." }),
});

/** Everything between an invitation and an agency that works. */
export const OnboardingView = z
  .object({
    agency: AgencyRef,
    state: z.enum(AGENCY_STATES),
    steps: z.array(OnboardingStepView),
    terms: z
      .object({
        number: z.int(),
        person: PersonRef,
        authority: z.string(),
        diarienummer: z.string(),
        at: At,
      })
      .nullable()
      .meta({ description: "The newest acceptance of the federation's terms." }),
  })
  .meta({ id: "OnboardingView" });
export type OnboardingView = z.infer<typeof OnboardingView>;
