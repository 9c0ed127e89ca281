import { defineRoute } from "#lib/api/define-route.ts";
import { MembershipOutcome, RedeemInvitation } from "#lib/contracts/people.ts";
import { redeemInvitation } from "#lib/operations/invitations.ts";

export const POST = defineRoute({
  summary: "Begin a membership by a one-time invitation",
  body: RedeemInvitation,
  output: MembershipOutcome,
  run: redeemInvitation,
});
