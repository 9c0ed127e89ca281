import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { PreviewQuery, PreviewView } from "#lib/contracts/trust.ts";
import { previewTrust } from "#lib/operations/preview-trust.ts";

export const GET = defineRoute({
  summary: "The lines that a move would change on each homeserver",
  params: idParam("agr"),
  query: PreviewQuery,
  output: PreviewView,
  scope: "agreements:read",
  run: previewTrust,
});
