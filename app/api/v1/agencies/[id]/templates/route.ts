import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { SetTemplates, TemplatesView } from "#lib/contracts/templates.ts";
import { readTemplates, setTemplates } from "#lib/operations/templates.ts";

export const GET = defineRoute({
  summary: "What an agency's requests may begin with",
  params: idParam("agy"),
  output: TemplatesView,
  scope: "agreements:read",
  run: readTemplates,
});

export const PUT = defineRoute({
  summary: "Set an agency's templates",
  params: idParam("agy"),
  body: SetTemplates,
  output: TemplatesView,
  run: setTemplates,
});
