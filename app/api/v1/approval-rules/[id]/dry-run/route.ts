import { defineRoute } from "#lib/api/define-route.ts";
import { DryRunView } from "#lib/contracts/approval-rules.ts";
import { idParam } from "#lib/contracts/common.ts";
import { readDryRun } from "#lib/operations/rule-dry-run.ts";

export const GET = defineRoute({
  summary: "What a rule would have consented to in the past year",
  params: idParam("rul"),
  output: DryRunView,
  scope: "agreements:read",
  run: readDryRun,
});
