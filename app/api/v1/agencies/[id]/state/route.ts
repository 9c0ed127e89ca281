import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AgencyView, SetAgencyState } from "#lib/contracts/directory.ts";
import { setAgencyState } from "#lib/operations/update-agency.ts";

export const PUT = defineRoute({
  summary: "Activate, suspend or end an agency's membership",
  params: idParam("agy"),
  body: SetAgencyState,
  output: AgencyView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: setAgencyState,
});
