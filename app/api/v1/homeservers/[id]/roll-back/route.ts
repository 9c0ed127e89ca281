import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { RollBack, RollBackView } from "#lib/contracts/holds.ts";
import { readRollBack, rollBack } from "#lib/operations/roll-back.ts";

export const GET = defineRoute({
  summary: "What a homeserver would do after a roll-back to the list before",
  params: idParam("hs"),
  output: RollBackView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readRollBack,
});

export const POST = defineRoute({
  summary: "Roll a homeserver back to the list before",
  params: idParam("hs"),
  body: RollBack,
  output: RollBackView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: rollBack,
});
