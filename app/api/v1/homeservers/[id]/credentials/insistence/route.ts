import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { insistOnCredential } from "#lib/operations/credentials.ts";

export const POST = defineRoute({
  summary: "Use the credential on trial though its test did not pass",
  params: idParam("hs"),
  body: NoBody,
  output: EnforcementView,
  run: insistOnCredential,
});
