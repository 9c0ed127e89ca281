import { defineRoute } from "#lib/api/define-route.ts";
import { ApprovalRuleList, DecideRule } from "#lib/contracts/approval-rules.ts";
import { idParam } from "#lib/contracts/common.ts";
import { decideApprovalRule } from "#lib/operations/approval-rules.ts";

export const POST = defineRoute({
  summary: "Approve a proposed rule, or stop one at once",
  params: idParam("rul"),
  body: DecideRule,
  output: ApprovalRuleList,
  run: decideApprovalRule,
});
