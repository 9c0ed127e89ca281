import { z } from "zod";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

const Position = z.strictObject({ list: z.string(), at: z.array(z.union([z.string().max(400), z.int()])).max(3) });
type At = readonly (string | number)[];

/** An opaque cursor: after which row of which list the next page begins. */
export const cursorTo = (list: string, at: At): string =>
  Buffer.from(JSON.stringify({ list, at })).toString("base64url");

/** Reads a cursor that this list gave; undefined for the first page. */
export const cursorFrom = (list: string, cursor: string | undefined): Result<At | undefined, Refusal> => {
  if (cursor === undefined) return ok(undefined);
  try {
    const read = Position.safeParse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return read.success && read.data.list === list ? ok(read.data.at) : err(refusal("invalid_cursor"));
  } catch {
    return err(refusal("invalid_cursor"));
  }
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A cursor of a list that is ordered by id alone. */
export const idFrom = (list: string, cursor: string | undefined): Result<string | undefined, Refusal> => {
  const at = cursorFrom(list, cursor);
  if (!at.ok) return at;
  const id = at.value?.[0];
  if (id === undefined) return ok(undefined);
  return typeof id === "string" && UUID.test(id) ? ok(id) : err(refusal("invalid_cursor"));
};

/** Cuts a page from `limit + 1` rows; `at` says where the next one begins. */
export const cut = <Row>(list: string, rows: readonly Row[], limit: number, at: (row: Row) => At) => {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { shown, next: last === undefined ? null : cursorTo(list, at(last)) };
};
