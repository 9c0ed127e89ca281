import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { EnforcementView, SetPoint } from "#lib/contracts/enforcement.ts";
import { setPoint } from "#lib/operations/set-point.ts";

export const PUT = defineRoute({
  summary: "Choose by which interface and at which address the portal drives a homeserver, or propose it",
  params: idParam("hs"),
  body: SetPoint,
  output: EnforcementView,
  scope: "directory:write",
  run: setPoint,
});
