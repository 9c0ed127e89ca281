import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DriftList, PutBack } from "#lib/contracts/holds.ts";
import { putBack } from "#lib/operations/put-back.ts";

export const POST = defineRoute({
  summary: "Let a name back in that was shut at the homeserver",
  params: idParam("hs"),
  body: PutBack,
  output: DriftList,
  ifMatch: true,
  etag: ({ version }) => version,
  run: putBack,
});
