import type { AuthOptions } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import { findByIdentity } from "#lib/data/people.ts";
import { beforeSignIn } from "#lib/data/sign-in.ts";
import { HOUR, SECOND } from "#lib/domain/instant.ts";
import { vouchedWrongly } from "#lib/domain/vouching.ts";
import type { OidcProvider } from "#lib/platform/env.ts";
import { newSecret } from "#lib/platform/ids.ts";
import { withTrace } from "#lib/platform/log.ts";
import { cookieName, cookieOptions } from "./cookies.ts";
import { providerIdOf } from "./provider-id.ts";
import { storeOf, type Vouched } from "./store.ts";

/** How long a session lasts, whatever is done in it. */
export const SESSION_LIFE = 12 * HOUR;
const FLOW_SECONDS = 15 * 60;
const HTTP_TIMEOUT_MS = 5_000;

/** The claims of the ID token (OpenID Connect Core §2, §5.1) that the portal reads; `email` is not among them. */
const Claims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  acr: z.string().max(255).optional(),
  name: z.string().trim().min(1).max(200).optional().catch(undefined),
  organisation_identifier: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => (value === undefined ? [] : [value].flat())),
});

export type Attempt = {
  readonly baseUrl: string;
  readonly secret: string;
  readonly providers: readonly OidcProvider[];
  readonly requiredAcr: string | undefined;
  readonly former: string | undefined;
  readonly locale: "sv" | "en";
  readonly traceId: string;
};

type Held = { vouched: Vouched | undefined; claimed: readonly string[] };

const providerOf = (given: OidcProvider, requiredAcr: string | undefined, held: Held): OAuthConfig<unknown> => ({
  id: providerIdOf(given.issuer),
  name: given.label,
  type: "oauth",
  issuer: given.issuer,
  wellKnown: `${given.issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`,
  clientId: given.clientId,
  ...(given.clientSecret === undefined
    ? { client: { token_endpoint_auth_method: "none" } }
    : { clientSecret: given.clientSecret }),
  idToken: true,
  checks: ["pkce", "state", "nonce"],
  authorization: { params: { scope: "openid profile", ...(requiredAcr !== undefined && { acr_values: requiredAcr }) } },
  httpOptions: { timeout: HTTP_TIMEOUT_MS },
  profile: (token) => {
    const { iss, sub, acr, name, organisation_identifier } = Claims.parse(token);
    held.vouched = { issuer: iss, subject: sub, acr, name };
    held.claimed = organisation_identifier;
    return { id: sub };
  },
});

type Admission = "provider_may_not_vouch" | "person_disabled" | "sign_in_failed" | undefined;

/** Whether what the provider said is good enough to begin a session. */
const admit = async (attempt: Attempt, provider: OidcProvider, held: Held): Promise<Admission> => {
  const { vouched, claimed } = held;
  // The discovery document is only asked for at the configured issuer; it must not speak for another.
  if (vouched === undefined || vouched.issuer !== provider.issuer) return "sign_in_failed";
  if (vouchedWrongly(provider.allowedIdentifiers, claimed).length > 0) return "provider_may_not_vouch";
  const known = await beforeSignIn(attempt.traceId, (tx) => findByIdentity(tx, vouched.issuer, vouched.subject));
  return known?.disabled === true ? "person_disabled" : undefined;
};

const cookiesFor = (baseUrl: string): NonNullable<AuthOptions["cookies"]> => {
  const cookie = (name: string, maxAge?: number) => ({
    name: cookieName(baseUrl, name),
    options: { ...cookieOptions(baseUrl), ...(maxAge !== undefined && { maxAge }) },
  });
  return {
    sessionToken: cookie("session"),
    callbackUrl: cookie("return"),
    csrfToken: cookie("csrf"),
    pkceCodeVerifier: cookie("pkce", FLOW_SECONDS),
    state: cookie("state", FLOW_SECONDS),
    nonce: cookie("nonce", FLOW_SECONDS),
  };
};

const sayOf = (metadata: unknown): string => {
  const error = typeof metadata === "object" && metadata !== null && "error" in metadata ? metadata.error : metadata;
  return error instanceof Error ? error.message : "";
};

/** next-auth's options for one request; what the provider says is held for that request alone. */
export const optionsOf = (attempt: Attempt): AuthOptions => {
  const held: Held = { vouched: undefined, claimed: [] };
  const log = withTrace(attempt.traceId);
  return {
    secret: attempt.secret,
    adapter: storeOf({ ...attempt, vouched: () => held.vouched }),
    session: { strategy: "database", maxAge: SESSION_LIFE / SECOND, generateSessionToken: newSecret },
    useSecureCookies: cookieOptions(attempt.baseUrl).secure,
    cookies: cookiesFor(attempt.baseUrl),
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: attempt.providers.map((provider) => providerOf(provider, attempt.requiredAcr, held)),
    callbacks: {
      signIn: async ({ account }) => {
        const provider = attempt.providers.find(({ issuer }) => providerIdOf(issuer) === account?.provider);
        const refused = provider === undefined ? "sign_in_failed" : await admit(attempt, provider, held);
        if (refused === undefined) return true;
        log.warn({ code: refused, issuer: provider?.issuer }, "sign-in refused");
        return `${attempt.baseUrl}/sign-in?error=${refused}`;
      },
      redirect: ({ url }) => {
        const target = URL.canParse(url, attempt.baseUrl) ? new URL(url, attempt.baseUrl) : undefined;
        return target?.origin === new URL(attempt.baseUrl).origin ? target.href : attempt.baseUrl;
      },
    },
    logger: {
      error: (code, metadata) => log.error({ code, why: sayOf(metadata) }, "sign-in"),
      warn: (code) => log.warn({ code }, "sign-in"),
      debug: () => undefined,
    },
  };
};
