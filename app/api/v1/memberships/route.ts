import { defineRoute } from "#lib/api/define-route.ts";
import { GrantMembership, MembershipOutcome } from "#lib/contracts/people.ts";
import { grantMembership } from "#lib/operations/memberships.ts";

export const POST = defineRoute({
  summary: "Give a person another role; an active agency's approver may have to agree first",
  body: GrantMembership,
  output: MembershipOutcome,
  status: 201,
  replay: (outcome) => outcome,
  run: grantMembership,
});
