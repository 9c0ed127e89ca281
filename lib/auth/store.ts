import type { Adapter, AdapterUser } from "next-auth/adapters";
import { appendAudit } from "#lib/data/audit.ts";
import { addIdentity, addPerson, findByIdentity } from "#lib/data/people.ts";
import { addSession, dropExpiredSessions, dropSession, findSession } from "#lib/data/sessions.ts";
import { actingAs, beforeSignIn } from "#lib/data/sign-in.ts";
import { idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { type Clock, systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { hashSecret } from "#lib/platform/secrets.ts";

/** What a provider said of the person, once its signature was checked. */
export type Vouched = {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | undefined;
  readonly acr: string | undefined;
};

type StoreOf = {
  /** What this attempt's provider said; undefined before it has. */
  readonly vouched: () => Vouched | undefined;
  /** The session this browser came with; it ends when a new one begins. */
  readonly former: string | undefined;
  readonly locale: "sv" | "en";
  readonly traceId: string;
  readonly clock?: Clock;
};

const userOf = (id: string): AdapterUser => ({ id, email: "", emailVerified: null });

const find = (vouched: Vouched, traceId: string): Promise<PersonId | undefined> =>
  beforeSignIn(traceId, async (tx) => (await findByIdentity(tx, vouched.issuer, vouched.subject))?.id);

const add = (vouched: Vouched, { locale, traceId, clock = systemClock }: StoreOf): Promise<PersonId> =>
  beforeSignIn(traceId, async (tx) => {
    const id = idOf("per", newId());
    const { name } = vouched;
    await addPerson(tx, { id, pseudonym: newId(), name, email: undefined, locale, at: clock.now() });
    await addIdentity(tx, vouched.issuer, vouched.subject, id);
    return id;
  });

/** Two first sign-ins of one person at once: the key on issuer and subject lets one add them, the other finds them. */
const findOrAdd = async (vouched: Vouched, of: StoreOf): Promise<PersonId> => {
  const known = await find(vouched, of.traceId);
  if (known !== undefined) return known;
  try {
    return await add(vouched, of);
  } catch (fault) {
    const added = await find(vouched, of.traceId);
    if (added === undefined) throw fault;
    return added;
  }
};

const beginSession = (secret: string, expires: Date, person: PersonId, of: StoreOf): Promise<void> =>
  beforeSignIn(of.traceId, async (tx) => {
    const vouched = of.vouched();
    if (vouched === undefined) throw new Error("a session begins only with what a provider said");
    if (of.former !== undefined) await dropSession(tx, hashSecret(of.former));
    const at = (of.clock ?? systemClock).now();
    await dropExpiredSessions(tx, at);
    await addSession(tx, {
      tokenHash: hashSecret(secret),
      person,
      method: "oidc",
      issuer: vouched.issuer,
      acr: vouched.acr,
      at,
      expiresAt: instant(expires.getTime()),
    });
    await actingAs(tx, person);
    await appendAudit(tx, {
      kind: "person.signed_in",
      subject: toPublicId("per", person),
      agencyIds: [],
      details: { method: "oidc", issuer: vouched.issuer, acr: vouched.acr ?? null },
    });
  });

/** Ends the session behind a cookie's secret, with its audit row; false where there was none. */
export const endSession = (secret: string, traceId: string): Promise<boolean> =>
  beforeSignIn(traceId, async (tx) => {
    const tokenHash = hashSecret(secret);
    const facts = await findSession(tx, tokenHash);
    if (facts === undefined || !(await dropSession(tx, tokenHash))) return false;
    await actingAs(tx, facts.person);
    await appendAudit(tx, {
      kind: "person.signed_out",
      subject: toPublicId("per", facts.person),
      agencyIds: [],
      details: {},
    });
    return true;
  });

/**
 * next-auth's storage, for one request. Sessions are stored by their hash. A person is issuer and subject: the store never
 * looks anybody up by e-mail, and shows next-auth no running session, which it would tie a second identity to (and would
 * keep, with its old `acr`, when somebody signs in again at a higher level).
 */
export const storeOf = (of: StoreOf): Adapter => ({
  getUserByAccount: async () => {
    const vouched = of.vouched();
    if (vouched === undefined) return null;
    const known = await find(vouched, of.traceId);
    return known === undefined ? null : userOf(known);
  },
  createUser: async () => {
    const vouched = of.vouched();
    if (vouched === undefined) throw new Error("a person is added only with what a provider said");
    return userOf(await findOrAdd(vouched, of));
  },
  // The identity is written with the person, in one transaction.
  linkAccount: async () => undefined,
  getUser: async () => null,
  getUserByEmail: async () => null,
  updateUser: async ({ id }) => userOf(id),
  createSession: async ({ sessionToken, userId, expires }) => {
    await beginSession(sessionToken, expires, idOf("per", userId), of);
    return { sessionToken, userId, expires };
  },
  getSessionAndUser: async () => null,
  updateSession: async () => null,
  deleteSession: async (secret) => {
    await endSession(secret, of.traceId);
  },
});
