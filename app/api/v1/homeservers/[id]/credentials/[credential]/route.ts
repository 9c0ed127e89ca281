import { defineRoute } from "#lib/api/define-route.ts";
import { idInput, idParam, NoBody } from "#lib/contracts/common.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { removeCredential } from "#lib/operations/credentials.ts";

export const DELETE = defineRoute({
  summary: "Erase a credential",
  params: idParam("hs").extend({ credential: idInput("crd") }),
  body: NoBody,
  output: EnforcementView,
  run: removeCredential,
});
