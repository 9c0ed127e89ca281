import { defineRoute } from "#lib/api/define-route.ts";
import { SetTemplates, TemplatesView } from "#lib/contracts/templates.ts";
import { readFederationTemplates, setFederationTemplates } from "#lib/operations/templates.ts";

export const GET = defineRoute({
  summary: "What every member's requests may begin with",
  output: TemplatesView,
  scope: "agreements:read",
  run: readFederationTemplates,
});

export const PUT = defineRoute({
  summary: "Set the federation's templates",
  body: SetTemplates,
  output: TemplatesView,
  run: setFederationTemplates,
});
