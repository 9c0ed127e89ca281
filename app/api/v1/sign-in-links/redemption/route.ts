import { definePublicRoute } from "#lib/api/define-route.ts";
import { signInWith } from "#lib/auth/sign-out.ts";
import { Done } from "#lib/contracts/common.ts";
import { RedeemLink } from "#lib/contracts/session.ts";
import { ok } from "#lib/domain/result.ts";
import { redeemLink } from "#lib/operations/sign-in-links.ts";

export const POST = definePublicRoute({
  summary: "Sign in by a one-time link; opening the link's page alone does nothing",
  body: RedeemLink,
  output: Done,
  run: async (_actor, input, { request, traceId, headers }) => {
    const begun = await redeemLink(input, traceId);
    if (!begun.ok) return begun;
    headers.append("set-cookie", await signInWith(request, begun.value, traceId));
    return ok({ ok: true as const });
  },
});
