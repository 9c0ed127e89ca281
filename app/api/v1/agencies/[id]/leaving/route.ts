import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AgencyView, PlanLeaving } from "#lib/contracts/directory.ts";
import { planLeaving } from "#lib/operations/plan-leaving.ts";

export const PUT = defineRoute({
  summary: "Decide when an agency leaves the federation, or that it stays",
  params: idParam("agy"),
  body: PlanLeaving,
  output: AgencyView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: planLeaving,
});
