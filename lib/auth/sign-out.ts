import { settings } from "#lib/platform/env.ts";
import type { Asking } from "./actor.ts";
import { clearedSessionCookie, cookiesOf, sessionCookie, sessionCookieName } from "./cookies.ts";
import { endSession } from "./store.ts";

/** Ends the session that the request's cookie carries, if any; yields the Set-Cookie that clears it. */
export const signOut = async ({ headers }: Asking, traceId: string): Promise<string> => {
  const { baseUrl } = settings();
  const secret = cookiesOf(headers.get("cookie")).get(sessionCookieName(baseUrl));
  if (secret) await endSession(secret, traceId);
  return clearedSessionCookie(baseUrl);
};

/** The Set-Cookie of a session that an operation began. The one that this browser came with ends. */
export const signInWith = async (
  request: Asking,
  begun: { readonly secret: string; readonly expiresAt: number },
  traceId: string,
): Promise<string> => {
  await signOut(request, traceId);
  return sessionCookie(settings().baseUrl, begun.secret, begun.expiresAt);
};
