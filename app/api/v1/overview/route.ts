import { defineRoute } from "#lib/api/define-route.ts";
import { OverviewView } from "#lib/contracts/overview.ts";
import { readOverview } from "#lib/operations/read-overview.ts";

export const GET = defineRoute({
  summary: "Is anything wrong, is anything waiting",
  output: OverviewView,
  scope: "agreements:read",
  run: readOverview,
});
