import { defineRoute } from "#lib/api/define-route.ts";
import { CreateInvitation, InvitationPage, InvitationQuery, NewInvitationView } from "#lib/contracts/people.ts";
import { invitePerson, listInvitations } from "#lib/operations/invitations.ts";

export const GET = defineRoute({
  summary: "Invitations to the agencies one manages",
  query: InvitationQuery,
  output: InvitationPage,
  run: listInvitations,
});

export const POST = defineRoute({
  summary: "Invite somebody to one role; the link is shown once",
  body: CreateInvitation,
  output: NewInvitationView,
  status: 201,
  replay: (invitation) => ({ ...invitation, url: null }),
  run: invitePerson,
});
