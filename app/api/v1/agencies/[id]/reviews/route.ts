import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ReviewAgency, UpkeepView } from "#lib/contracts/upkeep.ts";
import { reviewAgency } from "#lib/operations/upkeep.ts";

export const POST = defineRoute({
  summary: "Say that an agency's contacts, people or agreements were looked through and are right",
  params: idParam("agy"),
  body: ReviewAgency,
  output: UpkeepView,
  status: 201,
  replay: (view) => view,
  run: reviewAgency,
});
