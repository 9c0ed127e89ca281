import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { TimelineView } from "#lib/contracts/trust.ts";
import { readTimeline } from "#lib/operations/read-agreements.ts";

export const GET = defineRoute({
  summary: "Every recorded act, oldest first",
  params: idParam("agr"),
  output: TimelineView,
  scope: "agreements:read",
  run: readTimeline,
});
