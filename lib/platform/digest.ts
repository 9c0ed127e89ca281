import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "#lib/domain/canonical.ts";

/** SHA-256 of bytes, or of a text's UTF-8 form. */
export const sha256 = (data: string | Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(data).digest());

/** A digest as every document, agreement version and audit row writes it: `sha256:` and base64url without padding. */
export type Digest = `sha256:${string}`;

/** The digest of bytes or of a text as it stands. */
export const digestOfBytes = (data: string | Uint8Array): Digest =>
  `sha256:${createHash("sha256").update(data).digest("base64url")}`;

/**
 * The digest of a JSON value: SHA-256 of its Matrix canonical form (UTF-8).
 *
 * @throws RangeError if the value has no canonical form (a float, an integer beyond ±(2^53−1), undefined)
 */
export const digestOf = (value: Json): Digest => digestOfBytes(canonicalJson(value));
