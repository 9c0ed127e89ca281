import { defineRoute } from "#lib/api/define-route.ts";
import { AgreementsDecided, RequestMany } from "#lib/contracts/trust.ts";
import { requestMany } from "#lib/operations/many-trust.ts";

export const POST = defineRoute({
  summary: "Ask many agencies for trust on the same terms: all are asked, or none is",
  body: RequestMany,
  output: AgreementsDecided,
  status: 201,
  scope: "agreements:write",
  replay: (asked) => asked,
  run: requestMany,
});
