import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { HoldView } from "#lib/contracts/holds.ts";
import { readHold } from "#lib/operations/release-list.ts";

export const GET = defineRoute({
  summary: "What is held of a homeserver's next list, with the difference",
  params: idParam("hs"),
  output: HoldView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readHold,
});
