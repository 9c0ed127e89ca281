import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ConformanceView } from "#lib/contracts/conformance.ts";
import { readConformance } from "#lib/operations/read-conformance.ts";

export const GET = defineRoute({
  summary: "What trying the contract on it showed",
  params: idParam("hs"),
  output: ConformanceView,
  scope: "directory:read",
  run: readConformance,
});
