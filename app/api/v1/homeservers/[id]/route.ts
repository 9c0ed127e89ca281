import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { HomeserverChanged, HomeserverView, UpdateHomeserver } from "#lib/contracts/homeservers.ts";
import { readHomeserver } from "#lib/operations/read-homeservers.ts";
import { updateHomeserver } from "#lib/operations/write-homeservers.ts";

export const GET = defineRoute({
  summary: "One homeserver",
  params: idParam("hs"),
  output: HomeserverView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readHomeserver,
});

export const PATCH = defineRoute({
  summary: "Change a homeserver, or propose the change to its agency's approver",
  params: idParam("hs"),
  body: UpdateHomeserver,
  output: HomeserverChanged,
  scope: "directory:write",
  ifMatch: true,
  etag: ({ homeserver }) => homeserver.version,
  run: updateHomeserver,
});
