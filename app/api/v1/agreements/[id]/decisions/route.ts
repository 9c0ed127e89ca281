import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AgreementView, DecideTrust } from "#lib/contracts/trust.ts";
import { decideTrust } from "#lib/operations/decide-trust.ts";

export const POST = defineRoute({
  summary: "Decide: endorse, accept, decline, withdraw, revoke, suspend, resume, undo or consent anew",
  params: idParam("agr"),
  body: DecideTrust,
  output: AgreementView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: decideTrust,
});
