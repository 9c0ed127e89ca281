import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { InvitationView } from "#lib/contracts/people.ts";
import { revokeInvitation } from "#lib/operations/invitations.ts";

export const DELETE = defineRoute({
  summary: "Take back an invitation that nobody has redeemed",
  params: idParam("inv"),
  body: NoBody,
  output: InvitationView,
  run: revokeInvitation,
});
