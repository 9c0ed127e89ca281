import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { SetOnStale } from "#lib/contracts/holds.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { setOnStale } from "#lib/operations/set-on-stale.ts";

export const PUT = defineRoute({
  summary: "What a homeserver does when its list has grown stale",
  params: idParam("hs"),
  body: SetOnStale,
  output: HomeserverView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: setOnStale,
});
