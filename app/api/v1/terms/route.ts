import { defineRoute } from "#lib/api/define-route.ts";
import { FederationTermsView } from "#lib/contracts/federation-terms.ts";
import { readFederationTerms } from "#lib/operations/federation-terms.ts";

export const GET = defineRoute({
  summary: "The federation's terms, and who has accepted them",
  output: FederationTermsView,
  scope: "directory:read",
  run: readFederationTerms,
});
