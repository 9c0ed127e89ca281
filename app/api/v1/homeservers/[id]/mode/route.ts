import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { HomeserverView, SetMode } from "#lib/contracts/homeservers.ts";
import { setMode } from "#lib/operations/set-mode.ts";

export const PUT = defineRoute({
  summary: "Observe or enforce",
  params: idParam("hs"),
  body: SetMode,
  output: HomeserverView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: setMode,
});
