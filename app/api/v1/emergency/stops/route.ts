import { defineRoute } from "#lib/api/define-route.ts";
import { StartStop, StopView } from "#lib/contracts/emergency.ts";
import { startStop } from "#lib/operations/start-stop.ts";

export const POST = defineRoute({
  summary: "Stop an agency everywhere, or one's own from all",
  body: StartStop,
  output: StopView,
  status: 201,
  etag: ({ version }) => version,
  run: startStop,
});
