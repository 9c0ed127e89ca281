import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DecideStop, StopView } from "#lib/contracts/emergency.ts";
import { decideAboutStop } from "#lib/operations/decide-stop.ts";

export const POST = defineRoute({
  summary: "Confirm a stop as the second person, or lift it",
  params: idParam("stp"),
  body: DecideStop,
  output: StopView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: decideAboutStop,
});
