import { defineRoute } from "#lib/api/define-route.ts";
import { AcceptTerms, FederationTermsView } from "#lib/contracts/federation-terms.ts";
import { acceptTerms } from "#lib/operations/federation-terms.ts";

export const POST = defineRoute({
  summary: "Accept the federation's terms for an agency",
  body: AcceptTerms,
  output: FederationTermsView,
  status: 201,
  replay: (view) => view,
  run: acceptTerms,
});
