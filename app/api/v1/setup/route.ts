import { definePublicRoute } from "#lib/api/define-route.ts";
import { providerIdOf } from "#lib/auth/provider-id.ts";
import { signInWith } from "#lib/auth/sign-out.ts";
import { Done } from "#lib/contracts/common.ts";
import { SetUp, SetUpState } from "#lib/contracts/setup.ts";
import { ok } from "#lib/domain/result.ts";
import { readSetUp, setUp } from "#lib/operations/set-up.ts";

export const GET = definePublicRoute({
  summary: "What the sign-in page needs: whether set-up is due, and how one signs in",
  output: SetUpState,
  run: (_actor, _input, { traceId }) => readSetUp(providerIdOf, traceId),
});

export const POST = definePublicRoute({
  summary: "Begin the federation by its one-time set-up link",
  body: SetUp,
  output: Done,
  run: async (_actor, input, { request, traceId, headers }) => {
    const begun = await setUp(input, traceId);
    if (!begun.ok) return begun;
    headers.append("set-cookie", await signInWith(request, begun.value, traceId));
    return ok({ ok: true as const });
  },
});
