import { defineRoute } from "#lib/api/define-route.ts";
import { ReachQuery, ReachView } from "#lib/contracts/emergency.ts";
import { readReach } from "#lib/operations/read-stops.ts";

export const GET = defineRoute({
  summary: "What a stop of an agency would shut",
  query: ReachQuery,
  output: ReachView,
  scope: "directory:read",
  run: readReach,
});
