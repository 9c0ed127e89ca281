import { defineRoute } from "#lib/api/define-route.ts";
import { Done, idParam, NoBody } from "#lib/contracts/common.ts";
import { lookAtHomeserver } from "#lib/operations/write-homeservers.ts";

export const POST = defineRoute({
  summary: "Look at the homeserver again, now",
  params: idParam("hs"),
  body: NoBody,
  output: Done,
  scope: "directory:write",
  run: lookAtHomeserver,
});
