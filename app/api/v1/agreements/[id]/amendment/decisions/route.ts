import { defineRoute } from "#lib/api/define-route.ts";
import { AmendmentView, DecideAmendment } from "#lib/contracts/amendments.ts";
import { idParam } from "#lib/contracts/common.ts";
import { decideOnAmendment } from "#lib/operations/amend-trust.ts";

export const POST = defineRoute({
  summary: "Consent to, refuse or withdraw the proposed terms",
  params: idParam("agr"),
  body: DecideAmendment,
  output: AmendmentView,
  run: decideOnAmendment,
});
