import { z } from "zod";
import { type Json, type JsonObject, parseCanonical } from "#lib/domain/canonical.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type Digest, digestOf } from "#lib/platform/digest.ts";
import { signedContent } from "#lib/platform/signed-json.ts";

/** Largest list, in bytes and in entries (law 8). */
export const MAX_LIST_BYTES = 8 * 1024 * 1024;
export const MAX_ENTRIES = 10_000;

/** Why a document is refused, with the HTTP status of each: part of the open specification. */
export const LAW_STATUS = {
  TILLIT_MALFORMED: 400,
  TILLIT_TYPE: 400,
  TILLIT_CRITICAL: 400,
  TILLIT_EXPIRED: 400,
  TILLIT_LIFETIME: 400,
  TILLIT_SKEW: 400,
  TILLIT_SIGNATURE: 403,
  TILLIT_KEY: 403,
  TILLIT_FEDERATION: 403,
  TILLIT_AUDIENCE: 403,
  TILLIT_TIME: 403,
  TILLIT_NONCE: 403,
  TILLIT_ASK: 403,
  TILLIT_FORBIDDEN: 403,
  TILLIT_VERSION: 409,
  TILLIT_FORK: 409,
  TILLIT_JUMP: 409,
  TILLIT_EPOCH: 409,
  TILLIT_KEYSET: 409,
  TILLIT_MODE: 409,
  TILLIT_RENEWAL: 409,
  TILLIT_SUPERSEDED: 409,
  TILLIT_SIZE: 413,
} as const;
export type LawCode = keyof typeof LAW_STATUS | "receipt_replayed" | "receipt_not_asked";

export type LawRefusal = { readonly code: LawCode; readonly detail: string };

/** A refusal as a value. */
export const broken = (code: LawCode, detail = ""): { readonly ok: false; readonly error: LawRefusal } =>
  err({ code, detail });

const instant = z.int().nonnegative();
const serverName = z.string().transform((text, context): ServerName => {
  const name = parseServerName(text);
  if (name.ok && name.value === text) return name.value;
  context.addIssue({ code: "custom", message: "not a server name in lower case" });
  return z.NEVER;
});
const digest = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/);
const crit = z.array(z.string());
const signatures = z.record(z.string(), z.record(z.string(), z.string()));
const DNS = /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const federation = z.string().regex(DNS);
const listKeyId = z.string().regex(/^ed25519:[A-Za-z0-9_-]{1,64}$/);

const keyset = z.looseObject({
  type: z.literal("tillit.keyset.v1"),
  federation,
  epoch: z.int().positive(),
  serial: z.int().positive(),
  issued_at: instant,
  crit,
  list_keys: z.record(listKeyId, z.looseObject({ key: z.string(), from: instant, until: instant })),
  signatures,
});

const reason = z.looseObject({
  id: z.string().min(1),
  digest,
  from: instant.optional(),
  until: instant.optional(),
  crit: crit.optional(),
  offline_ms: instant.optional(),
  consents: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
const entry = z.looseObject({ server: serverName, reasons: z.array(reason), crit: crit.optional() });

const list = z.looseObject({
  type: z.literal("tillit.allow_list.v1"),
  federation,
  audience: serverName,
  epoch: z.int().positive(),
  version: z.int().positive(),
  mode: z.enum(["observe", "enforce"]),
  issued_at: instant,
  expires_at: instant,
  when_stale: z.enum(["keep", "shut"]),
  crit,
  allow: z.array(entry),
  signatures,
});

const renewal = z.looseObject({
  type: z.literal("tillit.renewal.v1"),
  federation,
  audience: serverName,
  epoch: z.int().positive(),
  version: z.int().positive(),
  digest,
  issued_at: instant,
  expires_at: instant,
  crit: crit.optional(),
  signatures,
});

const query = z.looseObject({
  type: z.literal("tillit.query.v1"),
  federation,
  audience: serverName,
  ask: z.enum(["state", "reset_destination", "probe", "shares", "exposure"]),
  server: serverName.optional(),
  issued_at: instant,
  nonce: z.string().min(16).max(128),
  crit: crit.optional(),
  signatures,
});

const consentEnd = z.looseObject({
  type: z.literal("tillit.consent_end.v1"),
  federation,
  reason: z.string(),
  digest: z.string(),
  crit: crit.optional(),
  signatures,
});

const receipt = z.strictObject({
  type: z.literal("tillit.receipt.v1"),
  federation,
  audience: serverName,
  enforcement_point: z.string(),
  boot: z.string(),
  sequence: z.int().positive(),
  answers: z.string(),
  epoch: z.int().nonnegative(),
  version: z.int().nonnegative(),
  digest: z.string(),
  mode: z.string(),
  stale: z.boolean(),
  applied_at: instant,
  instances: z.array(
    z.strictObject({
      name: z.string(),
      epoch: z.int().nonnegative(),
      version: z.int().nonnegative(),
      seen_at: instant,
    }),
  ),
  effective_digest: z.string(),
  local_deny: z.array(z.string()),
  lease_ms: z.int().nonnegative(),
  clock: instant,
  software: z.union([z.string(), z.record(z.string(), z.string())]),
  signatures,
});

export type KeysetDocument = z.output<typeof keyset>;
export type ListDocument = z.output<typeof list>;
export type ListEntry = z.output<typeof entry>;
export type ListReason = z.output<typeof reason>;
export type RenewalDocument = z.output<typeof renewal>;
export type QueryDocument = z.output<typeof query>;
export type ReceiptDocument = z.output<typeof receipt>;

/** A document read from its canonical bytes: its fields, its JSON for signature checks, and its digest. */
export type Read<D> = {
  readonly fields: D;
  readonly json: JsonObject;
  /** SHA-256 of the content, which is the canonical form without `signatures`. */
  readonly digest: Digest;
  readonly text: string;
};

const hasNull = (value: Json): boolean =>
  value === null || (typeof value === "object" && Object.values(value).some((part: Json) => hasNull(part)));

const readAs =
  <D extends { readonly type: string }>(form: z.ZodType<D>, type: D["type"], most = MAX_LIST_BYTES) =>
  (text: string): Result<Read<D>, LawRefusal> => {
    if (Buffer.byteLength(text) > most) return broken("TILLIT_SIZE", `more than ${most} bytes`);
    const parsed = parseCanonical(text);
    if (!parsed.ok || hasNull(parsed.value)) return broken("TILLIT_MALFORMED", "not canonical");
    const json = parsed.value;
    if (typeof json !== "object" || json === null || Array.isArray(json))
      return broken("TILLIT_MALFORMED", "not an object");
    const document = json as JsonObject;
    if ("unsigned" in document) return broken("TILLIT_MALFORMED", "unsigned");
    if (document["type"] !== type) return broken("TILLIT_TYPE", String(document["type"]));
    const read = form.safeParse(document);
    if (!read.success) return broken("TILLIT_MALFORMED", read.error.issues[0]?.path.join(".") ?? "");
    return ok({ fields: read.data, json: document, digest: digestOf(signedContent(document)), text });
  };

/** Each reads one kind of document from its bytes, form alone (law 1): no signature, order or time is checked. */
export const readKeyset = readAs(keyset, "tillit.keyset.v1", 65_536);
export const readList = readAs(list, "tillit.allow_list.v1");
export const readRenewal = readAs(renewal, "tillit.renewal.v1", 1024);
export const readQuery = readAs(query, "tillit.query.v1", 4096);
export const readConsentEnd = readAs(consentEnd, "tillit.consent_end.v1", 4096);
export const readReceipt = readAs(receipt, "tillit.receipt.v1");

/** The digest of a document's content, from its stored bytes. Throws if they are no document. */
export const contentDigest = (text: string): Digest => {
  const parsed = parseCanonical(text);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value)) {
    throw new TypeError("not a canonical document");
  }
  return digestOf(signedContent(parsed.value as JsonObject));
};
