import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ConsentsView, GiveConsent } from "#lib/contracts/consents.ts";
import { giveConsent, readConsents } from "#lib/operations/consents.ts";

export const GET = defineRoute({
  summary: "What an agency may sign with its own key, and what was signed",
  params: idParam("agr"),
  output: ConsentsView,
  scope: "agreements:read",
  run: readConsents,
});

export const POST = defineRoute({
  summary: "Give the portal what the agency signed with `tillit consent sign`",
  params: idParam("agr"),
  body: GiveConsent,
  output: ConsentsView,
  scope: "agreements:write",
  run: giveConsent,
});
