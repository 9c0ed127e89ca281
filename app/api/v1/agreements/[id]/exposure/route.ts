import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ExposureView } from "#lib/contracts/surroundings.ts";
import { readExposure } from "#lib/operations/surroundings.ts";

export const GET = defineRoute({
  summary: "Who else sits in the rooms shared with the other side",
  params: idParam("agr"),
  output: ExposureView,
  scope: "agreements:read",
  run: readExposure,
});
