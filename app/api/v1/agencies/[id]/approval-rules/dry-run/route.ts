import { defineRoute } from "#lib/api/define-route.ts";
import { DryRunView, TryRule } from "#lib/contracts/approval-rules.ts";
import { idParam } from "#lib/contracts/common.ts";
import { tryRule } from "#lib/operations/rule-dry-run.ts";

export const POST = defineRoute({
  summary: "Try demands on what was asked in the past year",
  params: idParam("agy"),
  body: TryRule,
  output: DryRunView,
  scope: "agreements:read",
  run: tryRule,
});
