import type { CreateToken, NewTokenView, TokenList, TokenView } from "#lib/contracts/tokens.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { type ApiToken, addToken, revokeTokenOf, tokensOf } from "#lib/data/tokens.ts";
import { inTransaction, refuse } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { idOf, type TokenId, toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, later } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { hashSecret, newApiToken } from "#lib/platform/secrets.ts";

const stateOf = ({ revokedAt, expiresAt }: ApiToken, now: Instant): TokenView["state"] => {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt <= now ? "expired" : "active";
};

const viewOf = (token: ApiToken, now: Instant): TokenView => ({
  id: toPublicId("tok", token.id),
  name: token.name,
  prefix: token.prefix,
  scopes: [...token.scopes],
  state: stateOf(token, now),
  createdAt: token.createdAt,
  expiresAt: token.expiresAt,
  lastUsedAt: token.lastUsedAt ?? null,
});

/** Makes a personal API token. It is answered once and kept as a hash; a token cannot make another. */
export const createToken = (actor: Actor, wish: CreateToken): Promise<Result<NewTokenView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (actor.credential.kind === "token") return refuse(tx, actor, refusal("tokens_never_decide"), "token");
    const { token, prefix } = newApiToken();
    const now = systemClock.now();
    const made = {
      id: idOf("tok", newId()),
      name: wish.name,
      prefix,
      scopes: [...new Set(wish.scopes)],
      createdAt: now,
      expiresAt: later(now, wish.days * DAY),
    };
    await addToken(tx, { ...made, person: actor.person, tokenHash: hashSecret(token) });
    await appendAudit(tx, {
      kind: "token.created",
      subject: toPublicId("tok", made.id),
      agencyIds: [],
      details: { scopes: made.scopes, expiresAt: made.expiresAt },
    });
    return ok({ ...viewOf({ ...made, lastUsedAt: undefined, revokedAt: undefined }, now), token });
  });

/** The actor's own tokens. */
export const listTokens = (actor: Actor): Promise<Result<TokenList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const now = systemClock.now();
    return ok({ items: (await tokensOf(tx, actor.person)).map((token) => viewOf(token, now)) });
  });

/** Revokes one of the actor's own tokens. */
export const revokeToken = (actor: Actor, { id }: { readonly id: TokenId }): Promise<Result<TokenList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const now = systemClock.now();
    if (actor.credential.kind === "token")
      return refuse(tx, actor, refusal("tokens_never_decide"), toPublicId("tok", id));
    if (!(await revokeTokenOf(tx, actor.person, id, now)))
      return refuse(tx, actor, refusal("not_found"), toPublicId("tok", id));
    await appendAudit(tx, { kind: "token.revoked", subject: toPublicId("tok", id), agencyIds: [], details: {} });
    return ok({ items: (await tokensOf(tx, actor.person)).map((token) => viewOf(token, now)) });
  });
