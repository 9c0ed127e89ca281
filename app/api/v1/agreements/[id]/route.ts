import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AgreementView } from "#lib/contracts/trust.ts";
import { readAgreement } from "#lib/operations/read-agreements.ts";

export const GET = defineRoute({
  summary: "One agreement",
  params: idParam("agr"),
  output: AgreementView,
  scope: "agreements:read",
  etag: ({ version }) => version,
  run: readAgreement,
});
