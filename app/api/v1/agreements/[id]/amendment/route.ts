import { defineRoute } from "#lib/api/define-route.ts";
import { AmendmentView, ProposeAmendment } from "#lib/contracts/amendments.ts";
import { idParam } from "#lib/contracts/common.ts";
import { proposeAmendment, readAmendment } from "#lib/operations/amend-trust.ts";

export const GET = defineRoute({
  summary: "The new terms last proposed, and how they differ from those in force",
  params: idParam("agr"),
  output: AmendmentView,
  scope: "agreements:read",
  run: readAmendment,
});

export const POST = defineRoute({
  summary: "Propose new terms; those in force stand until both sides have consented",
  params: idParam("agr"),
  body: ProposeAmendment,
  output: AmendmentView,
  scope: "agreements:write",
  run: proposeAmendment,
});
