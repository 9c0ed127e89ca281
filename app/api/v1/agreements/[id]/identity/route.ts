import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ChooseIdentity, IdentityChoiceView } from "#lib/contracts/identity.ts";
import { chooseIdentity, readIdentityChoice } from "#lib/operations/identity-choice.ts";

export const GET = defineRoute({
  summary: "What happens to the agreement when a server's identity changes",
  params: idParam("agr"),
  output: IdentityChoiceView,
  scope: "agreements:read",
  run: readIdentityChoice,
});

export const PUT = defineRoute({
  summary: "Choose, for one's own side, to hold or to be warned only when a server's identity changes",
  params: idParam("agr"),
  body: ChooseIdentity,
  output: IdentityChoiceView,
  run: chooseIdentity,
});
