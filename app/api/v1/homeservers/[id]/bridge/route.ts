import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { EnforcementView, SetBridge } from "#lib/contracts/enforcement.ts";
import { setBridge } from "#lib/operations/set-bridge.ts";

export const PUT = defineRoute({
  summary: "Name the homeserver behind a platform's bridge to Matrix",
  params: idParam("hs"),
  body: SetBridge,
  output: EnforcementView,
  scope: "directory:write",
  run: setBridge,
});
