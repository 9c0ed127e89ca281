import { definePublicRoute, defineRoute } from "#lib/api/define-route.ts";
import { signOut } from "#lib/auth/sign-out.ts";
import { Done, NoBody } from "#lib/contracts/common.ts";
import { SessionView, UpdateSession } from "#lib/contracts/session.ts";
import { refusal } from "#lib/domain/errors.ts";
import { err, ok } from "#lib/domain/result.ts";
import { readSession, updateSession } from "#lib/operations/read-session.ts";

export const GET = definePublicRoute({
  summary: "Who is signed in, by session or token",
  output: SessionView,
  run: async (actor) => (actor === undefined ? err(refusal("not_signed_in")) : readSession(actor)),
});

export const PATCH = defineRoute({
  summary: "Change the language one reads in",
  body: UpdateSession,
  output: SessionView,
  run: updateSession,
});

export const DELETE = definePublicRoute({
  summary: "Sign out: the session ends at once",
  body: NoBody,
  output: Done,
  run: async (_actor, _input, { request, traceId, headers }) => {
    headers.append("set-cookie", await signOut(request, traceId));
    return ok({ ok: true as const });
  },
});
