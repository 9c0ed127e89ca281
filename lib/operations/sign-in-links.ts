import type { Done } from "#lib/contracts/common.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addLink, claimLink, type LinkPurpose, linksSince, voidLinks } from "#lib/data/links.ts";
import { findByEmail, findPerson, hasBeenSetUp, type PersonRecord } from "#lib/data/people.ts";
import { addSession } from "#lib/data/sessions.ts";
import { actingAs, beforeSignIn, federationFacts } from "#lib/data/sign-in.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { HOUR, type Instant, later, MINUTE } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { type OidcProvider, settings } from "#lib/platform/env.ts";
import { newId, newSecret, newTraceId } from "#lib/platform/ids.ts";
import { mailIsSet, sendMail } from "#lib/platform/mail.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { signInMail } from "./mail-texts.ts";

export const LINK_LIFE = 15 * MINUTE;
export const SET_UP_LIFE = 24 * HOUR;
/** A session begun by a link is short: it stands in for a provider that is away. */
export const LINK_SESSION_LIFE = HOUR;
const MOST_LINKS_AN_HOUR = 5;
const PROVIDER_TIMEOUT_MS = 3_000;

/** A session begun: the secret for the cookie, never in a body. */
export type Begun = { readonly person: PersonId; readonly secret: string; readonly expiresAt: Instant };

const PAGES = { sign_in: "/sign-in/link", setup: "/set-up" } as const satisfies Record<LinkPurpose, string>;
/** The token lies in the fragment: no server, log or mail scanner that opens the address ever sees it. */
const urlOf = (purpose: LinkPurpose, secret: string): string => `${settings().baseUrl}${PAGES[purpose]}#${secret}`;

type Making = {
  readonly person: PersonId | undefined;
  readonly purpose: LinkPurpose;
  readonly delivered: "smtp" | "terminal";
};

const makeLink = async (tx: Tx, making: Making): Promise<string> => {
  const secret = newSecret();
  const id = newId();
  const now = systemClock.now();
  const life = making.purpose === "setup" ? SET_UP_LIFE : LINK_LIFE;
  await addLink(tx, { id, tokenHash: hashSecret(secret), ...making, createdAt: now, expiresAt: later(now, life) });
  await appendAudit(tx, {
    kind: "link.created",
    subject: making.person === undefined ? "set-up" : toPublicId("per", making.person),
    agencyIds: [],
    details: { purpose: making.purpose, delivered: making.delivered },
  });
  return urlOf(making.purpose, secret);
};

/** Begins a session by a link for a person, in the transaction that used the link up. */
export const beginLinkSession = async (tx: Tx, person: PersonId): Promise<Begun> => {
  const secret = newSecret();
  const at = systemClock.now();
  const expiresAt = later(at, LINK_SESSION_LIFE);
  await addSession(tx, {
    tokenHash: hashSecret(secret),
    person,
    method: "link",
    issuer: undefined,
    acr: undefined,
    at,
    expiresAt,
  });
  await appendAudit(tx, {
    kind: "person.signed_in",
    subject: toPublicId("per", person),
    agencyIds: [],
    details: { method: "link" },
  });
  return { person, secret, expiresAt };
};

/** The issuers come from the settings of whoever runs the server, so this asks nobody a user could name. */
const answers = async ({ issuer }: OidcProvider): Promise<boolean> => {
  try {
    const url = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

/** Links by mail stand in for providers: they are sent only where none is set, or none answers. */
export const linksAreOpen = async (): Promise<boolean> => {
  const { oidcProviders } = settings();
  return !(await Promise.all(oidcProviders.map(answers))).includes(true);
};

/** Mails a one-time link to whoever has that address. The answer never says whether anybody does. */
export const requestLink = async (
  { email }: { readonly email: string },
  traceId: string,
): Promise<Result<Done, Refusal>> => {
  const given = settings();
  if (!mailIsSet(given) || !(await linksAreOpen())) return ok({ ok: true });
  const mails = await beforeSignIn(traceId, async (tx) => {
    const federation = await federationFacts(tx);
    const made: { to: string; url: string }[] = [];
    for (const person of await findByEmail(tx, email)) {
      const since = later(systemClock.now(), -HOUR);
      if ((await linksSince(tx, person.id, since)) >= MOST_LINKS_AN_HOUR) continue;
      // To the address on record, not to the one that was typed and only looks like it.
      made.push({
        to: person.email ?? email,
        url: await makeLink(tx, { person: person.id, purpose: "sign_in", delivered: "smtp" }),
      });
    }
    return made.map(({ to, url }) => ({ to, ...signInMail(federation?.name ?? "Tillit", url, LINK_LIFE / MINUTE) }));
  });
  // Not awaited: how long the mail takes would say that the address is known.
  for (const mail of mails) void sendMail(given, mail);
  return ok({ ok: true });
};

/** Signs in by a one-time link. Opening the page does nothing: only this does, once. */
export const redeemLink = ({ token }: { readonly token: string }, traceId: string): Promise<Result<Begun, Refusal>> =>
  beforeSignIn(traceId, async (tx) => {
    const claimed = await claimLink(tx, hashSecret(token), "sign_in", systemClock.now());
    const person =
      claimed === "spent" || claimed.person === undefined ? undefined : await findPerson(tx, claimed.person);
    if (person === undefined) return err(refusal("link_invalid"));
    if (person.disabled) return err(refusal("person_disabled"));
    await actingAs(tx, person.id);
    await appendAudit(tx, {
      kind: "link.redeemed",
      subject: toPublicId("per", person.id),
      agencyIds: [],
      details: { purpose: "sign_in" },
    });
    return ok(await beginLinkSession(tx, person.id));
  });

/** Who may be meant at the server's terminal: an address, or a person's id. */
export type Whom = { readonly email: string } | { readonly person: PersonId };

const meant = async (tx: Tx, whom: Whom): Promise<readonly PersonRecord[]> => {
  if ("email" in whom) return findByEmail(tx, whom.email);
  const person = await findPerson(tx, whom.person);
  return person === undefined || person.disabled ? [] : [person];
};

/** Makes a sign-in link for whoever runs the server to hand over. Audited; works without mail and without a provider. */
export const printLink = (whom: Whom): Promise<Result<{ url: string; minutes: number }, Refusal>> =>
  beforeSignIn(newTraceId(), async (tx) => {
    const [person, ...more] = await meant(tx, whom);
    if (person === undefined || more.length > 0) return err(refusal("not_found"));
    const url = await makeLink(tx, { person: person.id, purpose: "sign_in", delivered: "terminal" });
    return ok({ url, minutes: LINK_LIFE / MINUTE });
  });

/**
 * The set-up link, for the terminal of the one who started the server: only while the federation has no coordinator.
 * A new one voids those before it.
 *
 * @returns the address, or undefined once the federation has been set up
 */
export const setUpLink = (): Promise<string | undefined> =>
  beforeSignIn(newTraceId(), async (tx) => {
    if (await hasBeenSetUp(tx)) return undefined;
    await voidLinks(tx, { purpose: "setup" }, systemClock.now());
    return makeLink(tx, { person: undefined, purpose: "setup", delivered: "terminal" });
  });
