import { defineRoute } from "#lib/api/define-route.ts";
import { AgreementView, RequestTrust } from "#lib/contracts/trust.ts";
import { requestTrust } from "#lib/operations/request-trust.ts";

export const POST = defineRoute({
  summary: "Ask another agency for trust",
  body: RequestTrust,
  output: AgreementView,
  status: 201,
  scope: "agreements:write",
  etag: ({ version }) => version,
  replay: (agreement) => agreement,
  run: requestTrust,
});
