import { z } from "zod";
import { SCOPES } from "#lib/domain/access.ts";
import { At, PublicId, text } from "./common.ts";

/** The longest life of a personal API token, in days. */
export const LONGEST_TOKEN_DAYS = 366;

/** A personal API token. Its scopes only ever narrow what its person may do; it never decides. */
export const CreateToken = z
  .strictObject({
    name: text(80),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    days: z.int().min(1).max(LONGEST_TOKEN_DAYS).default(90),
  })
  .meta({ id: "CreateToken" });
export type CreateToken = z.output<typeof CreateToken>;

/** How a calendar asks: it can send nothing but its address. */
export const CalendarQuery = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/) });

export const TokenView = z
  .object({
    id: PublicId("tok"),
    name: z.string(),
    prefix: z.string().meta({ description: "The first characters, to tell tokens apart." }),
    scopes: z.array(z.enum(SCOPES)),
    state: z.enum(["active", "expired", "revoked"]),
    createdAt: At,
    expiresAt: At,
    lastUsedAt: At.nullable(),
  })
  .meta({ id: "TokenView" });
export type TokenView = z.infer<typeof TokenView>;

/** The only answer that ever holds the token itself; null in a replay of the same request. */
export const NewTokenView = TokenView.extend({
  token: z.string().nullable().meta({ description: "Shown once. `Authorization: Bearer tlt_…`" }),
}).meta({ id: "NewTokenView" });
export type NewTokenView = z.infer<typeof NewTokenView>;

export const TokenList = z.object({ items: z.array(TokenView) }).meta({ id: "TokenList" });
export type TokenList = z.infer<typeof TokenList>;
