import { defineRoute } from "#lib/api/define-route.ts";
import { AgreementPage, AgreementQuery } from "#lib/contracts/trust.ts";
import { listAgreements } from "#lib/operations/read-agreements.ts";

export const GET = defineRoute({
  summary: "Agreements, newest first",
  query: AgreementQuery,
  output: AgreementPage,
  scope: "agreements:read",
  run: listAgreements,
});
