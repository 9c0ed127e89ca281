import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DriftList } from "#lib/contracts/holds.ts";
import { readDrift } from "#lib/operations/put-back.ts";

export const GET = defineRoute({
  summary: "What a homeserver was found to do otherwise than its list says",
  params: idParam("hs"),
  output: DriftList,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readDrift,
});
