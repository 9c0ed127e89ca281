import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { MembershipOutcome } from "#lib/contracts/people.ts";
import { endMembership } from "#lib/operations/memberships.ts";

export const DELETE = defineRoute({
  summary: "End a role",
  params: idParam("mem"),
  body: NoBody,
  output: MembershipOutcome,
  run: endMembership,
});
