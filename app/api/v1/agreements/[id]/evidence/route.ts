import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { EvidenceView } from "#lib/contracts/trust.ts";
import { readEvidence } from "#lib/operations/read-agreements.ts";

export const GET = defineRoute({
  summary: "What was last measured at each server",
  params: idParam("agr"),
  output: EvidenceView,
  scope: "agreements:read",
  run: readEvidence,
});
