import type { Membership, Role, Scope } from "#lib/domain/access.ts";
import { ROLES, SCOPES } from "#lib/domain/access.ts";
import { IDENTIFIER_SCHEMES, type IdentifierScheme, identifierKey } from "#lib/domain/identifier.ts";
import { idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Standing } from "#lib/domain/vouching.ts";
import type { Tx } from "./transaction.ts";

/** A membership with what a provider must be allowed to vouch for. */
export type Standed = { readonly membership: Membership; readonly standing: Standing };

/** A person as a request needs it. */
export type PersonFacts = {
  readonly person: PersonId;
  readonly pseudonym: string;
  readonly disabled: boolean;
  readonly locale: "sv" | "en";
  readonly memberships: readonly Standed[];
};

export type SessionFacts = PersonFacts & {
  readonly method: "oidc" | "link";
  readonly issuer: string | undefined;
  readonly acr: string | undefined;
  readonly expiresAt: Instant;
};

export type TokenFacts = PersonFacts & {
  readonly token: string;
  readonly scopes: readonly Scope[];
  readonly issuers: readonly string[];
  readonly expiresAt: Instant;
  readonly revoked: boolean;
  readonly lastUsedAt: Instant | undefined;
};

const withMemberships = {
  memberships: { where: { state: "active" }, include: { agency: true }, orderBy: { createdAt: "asc" } },
} as const;

type PersonRow = {
  readonly id: string;
  readonly pseudonym: string;
  readonly disabledAt: bigint | null;
  readonly locale: string;
  readonly memberships: readonly {
    readonly role: string;
    readonly agencyId: string | null;
    readonly operatorId: string | null;
    readonly agency: { readonly scheme: string; readonly identifier: string } | null;
  }[];
};

const roleOf = (text: string): Role | undefined => ROLES.find((role) => role === text);
const schemeOf = (text: string): IdentifierScheme | undefined => IDENTIFIER_SCHEMES.find((scheme) => scheme === text);

const standedOf = (row: PersonRow["memberships"][number]): readonly Standed[] => {
  const role = roleOf(row.role);
  const scheme = row.agency === null ? undefined : schemeOf(row.agency.scheme);
  const key = row.agency && scheme ? identifierKey({ scheme, value: row.agency.identifier }) : undefined;
  if (role === undefined) return [];
  const standing = { role, identifierKey: key };
  if (role === "coordinator") return [{ membership: { role }, standing }];
  if (role === "operator") {
    return row.operatorId === null ? [] : [{ membership: { role, operator: idOf("opr", row.operatorId) }, standing }];
  }
  return row.agencyId === null ? [] : [{ membership: { role, agency: idOf("agy", row.agencyId) }, standing }];
};

const personFacts = (row: PersonRow): PersonFacts => ({
  person: idOf("per", row.id),
  pseudonym: row.pseudonym,
  disabled: row.disabledAt !== null,
  locale: row.locale === "en" ? "en" : "sv",
  memberships: row.memberships.flatMap(standedOf),
});

/** The session behind a cookie, expired or not; undefined where there is none. */
export const findSession = async (tx: Tx, tokenHash: string): Promise<SessionFacts | undefined> => {
  const row = await tx.session.findUnique({
    where: { tokenHash },
    include: { person: { include: withMemberships } },
  });
  if (row === null) return undefined;
  return {
    ...personFacts(row.person),
    method: row.method === "oidc" ? "oidc" : "link",
    issuer: row.issuer ?? undefined,
    acr: row.acr ?? undefined,
    expiresAt: instant(Number(row.expiresAt)),
  };
};

/** The API token behind a bearer secret, whatever its state; undefined where there is none. */
export const findToken = async (tx: Tx, tokenHash: string): Promise<TokenFacts | undefined> => {
  const row = await tx.apiToken.findUnique({
    where: { tokenHash },
    include: { person: { include: { ...withMemberships, identities: true } } },
  });
  if (row === null) return undefined;
  return {
    ...personFacts(row.person),
    token: row.id,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    issuers: [...new Set(row.person.identities.map(({ issuer }) => issuer))],
    expiresAt: instant(Number(row.expiresAt)),
    revoked: row.revokedAt !== null,
    lastUsedAt: row.lastUsedAt === null ? undefined : instant(Number(row.lastUsedAt)),
  };
};

export type NewSession = {
  readonly tokenHash: string;
  readonly person: PersonId;
  readonly method: "oidc" | "link";
  readonly issuer: string | undefined;
  readonly acr: string | undefined;
  readonly at: Instant;
  readonly expiresAt: Instant;
};

/** Begins a session. */
export const addSession = async (tx: Tx, session: NewSession): Promise<void> => {
  await tx.session.create({
    data: {
      tokenHash: session.tokenHash,
      personId: session.person,
      method: session.method,
      issuer: session.issuer ?? null,
      acr: session.acr ?? null,
      createdAt: BigInt(session.at),
      expiresAt: BigInt(session.expiresAt),
    },
  });
};

/** Ends one session; true if there was one. */
export const dropSession = async (tx: Tx, tokenHash: string): Promise<boolean> =>
  (await tx.session.deleteMany({ where: { tokenHash } })).count > 0;

/** Ends every session of a person. */
export const dropSessionsOf = async (tx: Tx, person: PersonId): Promise<void> => {
  await tx.session.deleteMany({ where: { personId: person } });
};

/** Removes sessions that have run out. */
export const dropExpiredSessions = async (tx: Tx, now: Instant): Promise<number> =>
  (await tx.session.deleteMany({ where: { expiresAt: { lte: BigInt(now) } } })).count;
