import type { Scope } from "#lib/domain/access.ts";
import { SCOPES } from "#lib/domain/access.ts";
import { idOf, type PersonId, type TokenId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

export type ApiToken = {
  readonly id: TokenId;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly lastUsedAt: Instant | undefined;
  readonly revokedAt: Instant | undefined;
};

export type NewToken = {
  readonly id: TokenId;
  readonly person: PersonId;
  readonly name: string;
  readonly prefix: string;
  readonly tokenHash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
};

const at = (value: bigint | null): Instant | undefined => (value === null ? undefined : instant(Number(value)));

/** Stores a token's hash and what may be done with it. */
export const addToken = async (tx: Tx, { person, scopes, createdAt, expiresAt, ...rest }: NewToken): Promise<void> => {
  await tx.apiToken.create({
    data: {
      ...rest,
      personId: person,
      scopes: [...scopes],
      createdAt: BigInt(createdAt),
      expiresAt: BigInt(expiresAt),
    },
  });
};

/** A person's tokens, newest first. */
export const tokensOf = async (tx: Tx, person: PersonId): Promise<readonly ApiToken[]> => {
  const rows = await tx.apiToken.findMany({ where: { personId: person }, orderBy: { id: "desc" }, take: 200 });
  return rows.map((row) => ({
    id: idOf("tok", row.id),
    name: row.name,
    prefix: row.prefix,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    createdAt: instant(Number(row.createdAt)),
    expiresAt: instant(Number(row.expiresAt)),
    lastUsedAt: at(row.lastUsedAt),
    revokedAt: at(row.revokedAt),
  }));
};

/** Revokes one of the person's own tokens; false if there is none that still holds. */
export const revokeTokenOf = async (tx: Tx, person: PersonId, id: TokenId, now: Instant): Promise<boolean> =>
  (
    await tx.apiToken.updateMany({
      where: { id, personId: person, revokedAt: null },
      data: { revokedAt: BigInt(now) },
    })
  ).count === 1;

/** Revokes all of a person's tokens. */
export const revokeTokensOf = async (tx: Tx, person: PersonId, now: Instant): Promise<void> => {
  await tx.apiToken.updateMany({ where: { personId: person, revokedAt: null }, data: { revokedAt: BigInt(now) } });
};

/** Notes when a token was last used. */
export const touchToken = async (tx: Tx, id: string, now: Instant): Promise<void> => {
  await tx.apiToken.updateMany({ where: { id }, data: { lastUsedAt: BigInt(now) } });
};
