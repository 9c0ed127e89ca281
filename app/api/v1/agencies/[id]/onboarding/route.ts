import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { OnboardingView } from "#lib/contracts/onboarding.ts";
import { readOnboarding } from "#lib/operations/read-onboarding.ts";

export const GET = defineRoute({
  summary: "The steps of an agency's joining, and whose turn it is",
  params: idParam("agy"),
  output: OnboardingView,
  scope: "directory:read",
  run: readOnboarding,
});
