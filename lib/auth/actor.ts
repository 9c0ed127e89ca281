import { findSession, findToken, type PersonFacts, type SessionFacts, type TokenFacts } from "#lib/data/sessions.ts";
import { beforeSignIn } from "#lib/data/sign-in.ts";
import { touchToken } from "#lib/data/tokens.ts";
import type { Actor, Credential, Membership } from "#lib/domain/access.ts";
import { type Instant, later, MINUTE } from "#lib/domain/instant.ts";
import { mayVouch, type Vouching } from "#lib/domain/vouching.ts";
import { type Clock, systemClock } from "#lib/platform/clock.ts";
import { type OidcProvider, type Settings, settings } from "#lib/platform/env.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { hashSecret, TOKEN_MARK } from "#lib/platform/secrets.ts";
import { cookiesOf, sessionCookieName } from "./cookies.ts";

/** What a request says of itself: a Request, or the headers a page was asked for with. */
export type Asking = { readonly headers: Pick<Headers, "get"> };
type Given = { readonly settings?: Pick<Settings, "baseUrl" | "oidcProviders">; readonly clock?: Clock };

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** How stale a token's "last used" may be: one write a minute, not one a request. */
const TOUCH_EVERY = MINUTE;

/** The trace id of a request: the caller's (W3C Trace Context), else a new one. */
export const traceIdOf = ({ headers }: Asking): string =>
  TRACE_PARENT.exec(headers.get("traceparent") ?? "")?.[1] ?? newTraceId();

const within = (facts: PersonFacts, allowed: Vouching): readonly Membership[] =>
  facts.memberships.filter(({ standing }) => mayVouch(allowed, standing)).map(({ membership }) => membership);

const vouchingOf = (providers: readonly OidcProvider[], issuer: string | undefined): Vouching | undefined =>
  providers.find((provider) => provider.issuer === issuer)?.allowedIdentifiers;

type Admitted = { readonly credential: Credential; readonly memberships: readonly Membership[] };

/** A provider that was taken out of the settings vouches for nobody: its sessions end with it. */
const admitSession = (facts: SessionFacts, providers: readonly OidcProvider[], now: Instant): Admitted | undefined => {
  if (facts.disabled || facts.expiresAt <= now) return undefined;
  if (facts.method === "link") return { credential: { kind: "link" }, memberships: within(facts, "*") };
  const allowed = vouchingOf(providers, facts.issuer);
  if (allowed === undefined || facts.issuer === undefined) return undefined;
  return {
    credential: { kind: "oidc", issuer: facts.issuer, acr: facts.acr },
    memberships: within(facts, allowed),
  };
};

/** A token reaches what its person's providers vouch for; a person without any is known by links alone. */
const admitToken = (facts: TokenFacts, providers: readonly OidcProvider[], now: Instant): Admitted | undefined => {
  if (facts.disabled || facts.revoked || facts.expiresAt <= now) return undefined;
  const each = facts.issuers.map((issuer) => vouchingOf(providers, issuer) ?? []);
  const allowed = facts.issuers.length === 0 || each.includes("*") ? "*" : each.flat();
  return { credential: { kind: "token", scopes: facts.scopes }, memberships: within(facts, allowed) };
};

const actorOf = (facts: PersonFacts, admitted: Admitted | undefined, traceId: string): Actor | undefined =>
  admitted && {
    person: facts.person,
    pseudonym: facts.pseudonym,
    memberships: admitted.memberships,
    credential: admitted.credential,
    locale: facts.locale,
    traceId,
  };

const byToken = (secret: string, providers: readonly OidcProvider[], now: Instant, traceId: string) =>
  beforeSignIn(traceId, async (tx): Promise<Actor | undefined> => {
    const facts = await findToken(tx, hashSecret(secret));
    if (facts === undefined) return undefined;
    const actor = actorOf(facts, admitToken(facts, providers, now), traceId);
    const fresh = facts.lastUsedAt !== undefined && later(facts.lastUsedAt, TOUCH_EVERY) > now;
    if (actor !== undefined && !fresh) await touchToken(tx, facts.token, now);
    return actor;
  });

const bySession = (secret: string, providers: readonly OidcProvider[], now: Instant, traceId: string) =>
  beforeSignIn(traceId, async (tx): Promise<Actor | undefined> => {
    const facts = await findSession(tx, hashSecret(secret));
    return facts && actorOf(facts, admitSession(facts, providers, now), traceId);
  });

/**
 * Who sends this request, read anew each time: a person disabled, a session ended, a provider narrowed or a role taken
 * away counts from the next request on.
 *
 * @param request carries `Authorization: Bearer tlt_…` or the session cookie. A bearer that does not hold is not made good
 *   by a cookie beside it.
 * @returns the actor (with no memberships: a stranger), or undefined for nobody
 */
export const actorFrom = async (request: Asking, given: Given = {}): Promise<Actor | undefined> => {
  const { baseUrl, oidcProviders } = given.settings ?? settings();
  const now = (given.clock ?? systemClock).now();
  const traceId = traceIdOf(request);
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const secret = /^Bearer ([A-Za-z0-9_-]{1,200})$/.exec(authorization)?.[1];
    return secret?.startsWith(TOKEN_MARK) ? byToken(secret, oidcProviders, now, traceId) : undefined;
  }
  const secret = cookiesOf(request.headers.get("cookie")).get(sessionCookieName(baseUrl));
  return secret ? bySession(secret, oidcProviders, now, traceId) : undefined;
};
