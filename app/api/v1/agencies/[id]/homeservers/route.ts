import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AddHomeserver, HomeserverView } from "#lib/contracts/homeservers.ts";
import { addHomeserver } from "#lib/operations/write-homeservers.ts";

export const POST = defineRoute({
  summary: "Add a homeserver for an agency",
  params: idParam("agy"),
  body: AddHomeserver,
  output: HomeserverView,
  status: 201,
  scope: "directory:write",
  etag: ({ version }) => version,
  replay: (homeserver) => homeserver,
  run: addHomeserver,
});
