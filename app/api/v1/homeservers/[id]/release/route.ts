import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { HoldView, ReleaseList } from "#lib/contracts/holds.ts";
import { releaseList } from "#lib/operations/release-list.ts";

export const POST = defineRoute({
  summary: "Let a held list through",
  params: idParam("hs"),
  body: ReleaseList,
  output: HoldView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: releaseList,
});
