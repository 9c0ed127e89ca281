import { err, ok, type Result } from "./result.ts";

/** What a signed document may hold. No floats; null is legal Matrix JSON but our documents have none. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Orders strings by Unicode code point (`<` orders by UTF-16 unit, which differs beyond the basic plane). */
export const byCodePoint = (a: string, b: string): number => {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === shared) return a.length - b.length;
  const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
  // A surrogate is half of a code point beyond the basic plane, and so lies after every unit that is a code point itself.
  const [leftHalf, rightHalf] = [left >= 0xd800 && left <= 0xdfff, right >= 0xd800 && right <= 0xdfff];
  return leftHalf === rightHalf ? left - right : leftHalf ? 1 : -1;
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Matrix canonical JSON (Matrix spec, appendices, "Canonical JSON"): shortest UTF-8 form, keys sorted by code point.
 * Throws TypeError on what has no canonical form: floats, integers beyond ±(2^53−1), undefined, lone surrogates.
 */
export const canonicalJson = (value: Json): string => {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`no canonical form: ${value}`);
    return Object.is(value, -0) ? "0" : String(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("no canonical form: lone surrogate");
    return JSON.stringify(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) throw new TypeError(`no canonical form: ${typeof value}`);
  const members = Object.keys(value)
    .toSorted(byCodePoint)
    .map((key) => `${canonicalJson(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
};

/**
 * Reads a document that must already be in canonical form: text that does not re-encode to itself is refused, and with
 * it duplicate keys, floats, unsafe integers and every second spelling of the same content (signed-documents, law 1).
 */
export const parseCanonical = (text: string): Result<Json, "not_canonical"> => {
  try {
    const value: Json = JSON.parse(text);
    return canonicalJson(value) === text ? ok(value) : err("not_canonical");
  } catch {
    return err("not_canonical");
  }
};
