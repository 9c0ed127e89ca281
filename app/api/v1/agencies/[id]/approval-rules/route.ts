import { defineRoute } from "#lib/api/define-route.ts";
import { ApprovalRuleList, ProposeRule } from "#lib/contracts/approval-rules.ts";
import { idParam } from "#lib/contracts/common.ts";
import { listApprovalRules, proposeRule } from "#lib/operations/approval-rules.ts";

export const GET = defineRoute({
  summary: "The rules by which an agency consents without a person",
  params: idParam("agy"),
  output: ApprovalRuleList,
  scope: "agreements:read",
  run: listApprovalRules,
});

export const POST = defineRoute({
  summary: "Propose a rule to the agency's other approvers",
  params: idParam("agy"),
  body: ProposeRule,
  output: ApprovalRuleList,
  status: 201,
  replay: (view) => view,
  run: proposeRule,
});
