import { z } from "zod";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { type IdByPrefix, type IdPrefix, parsePublicId } from "#lib/domain/ids.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";

/** A fault of a field that carries one of the product's own codes, so that every reader gets the same sentence. */
export const fault = (ctx: z.RefinementCtx, code: ErrorCode, path: readonly (string | number)[] = []): never => {
  ctx.addIssue({ code: "custom", params: { code }, path: [...path], message: code });
  return z.NEVER;
};

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** An id as a view shows it: `agr_0197…`. */
export const PublicId = (prefix: IdPrefix) => z.string().regex(new RegExp(`^${prefix}_${UUID}$`));

/** An id as a request gives it; yields the bare branded id. */
export const idInput = <P extends IdPrefix>(prefix: P) =>
  z
    .string()
    .max(64)
    .transform((text, ctx): IdByPrefix[P] => {
      const id = parsePublicId(prefix, text);
      return id.ok ? id.value : fault(ctx, "invalid_id");
    });

/** A server name as a person typed it; yields the one spelling that is stored. */
export const serverNameInput = z.string().transform((text, ctx): ServerName => {
  const name = parseServerName(text);
  return name.ok ? name.value : fault(ctx, "invalid_server_name");
});

// U+0000 is no text that PostgreSQL can hold, and a lone surrogate has no canonical form.
const isText = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");

/** One line or paragraph that a person typed, trimmed; `max` in UTF-16 units. */
export const text = (max: number, min = 1) =>
  z
    .string()
    .refine(isText, { params: { code: "invalid_input" } })
    .trim()
    .min(min)
    .max(max);

/** A file as it was given, untrimmed; `max` in UTF-16 units. */
export const fileText = (max: number) =>
  z
    .string()
    .max(max)
    .refine(isText, { params: { code: "invalid_input" } })
    .min(1);

/** Milliseconds since the Unix epoch. */
export const At = z.int().min(0).meta({ id: "Instant", description: "Milliseconds since the Unix epoch (UTC)." });
/** A moment given in a request: not beyond the year 9999. */
export const atInput = z.int().min(0).max(253_402_300_799_999);

export const Version = z.int().min(1).meta({ description: "Rises with each change; also the ETag." });
export const Digest = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/);

export const LocalName = z.object({ sv: z.string(), en: z.string() });

/** An agency by its name, wherever another thing mentions it. */
export const AgencyRef = z
  .object({ id: PublicId("agy"), name: LocalName, identifier: z.string().meta({ examples: ["202100-5521"] }) })
  .meta({ id: "AgencyRef" });
export type AgencyRef = z.infer<typeof AgencyRef>;

export const HomeserverRef = z.object({ id: PublicId("hs"), serverName: z.string() }).meta({ id: "HomeserverRef" });
export type HomeserverRef = z.infer<typeof HomeserverRef>;

/** A person; the name is null once it has been erased, or where the reader may not know it. */
export const PersonRef = z.object({ id: PublicId("per"), name: z.string().nullable() }).meta({ id: "PersonRef" });
export type PersonRef = z.infer<typeof PersonRef>;

/** An agency's own rule that consented in a person's place, and who answered for it then. */
export const ByRule = z.object({ number: z.int(), owner: PersonRef }).meta({ id: "ByRule" });

/** How a list is asked for. A cursor is opaque, and good for the list that gave it only. */
export const PageQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type PageQuery = z.output<typeof PageQuery>;

/** A page of a list: `next` is the cursor of the following one, null on the last. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });
export type Page<Item> = { readonly items: Item[]; readonly next: string | null };

/** Path parameters with one id. */
export const idParam = <P extends IdPrefix>(prefix: P) => z.strictObject({ id: idInput(prefix) });

/** What an action without a body takes: nothing, or an empty object. */
export const NoBody = z.strictObject({});
/** What an action without a view answers. */
export const Done = z.object({ ok: z.literal(true) }).meta({ id: "Done" });
export type Done = z.infer<typeof Done>;
