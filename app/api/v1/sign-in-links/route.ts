import { definePublicRoute } from "#lib/api/define-route.ts";
import { Done } from "#lib/contracts/common.ts";
import { RequestLink } from "#lib/contracts/session.ts";
import { requestLink } from "#lib/operations/sign-in-links.ts";

export const POST = definePublicRoute({
  summary: "Ask for a one-time sign-in link by mail; the answer never says whether the address is known",
  body: RequestLink,
  output: Done,
  run: (_actor, input, { traceId }) => requestLink(input, traceId),
});
