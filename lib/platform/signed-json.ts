import {
  createPrivateKey,
  createPublicKey,
  sign as ed25519Sign,
  verify as ed25519Verify,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { canonicalJson, type Json, type JsonObject } from "#lib/domain/canonical.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

/** An ed25519 key pair; both halves as Matrix writes keys: the 32 bytes in base64 without padding. */
export type KeyPair = { readonly publicKey: string; readonly privateKey: string };
/** Who signs: the key's id (`ed25519:…`) and its private half. */
export type Signer = { readonly keyId: string; readonly privateKey: string };

const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Base64 without padding, standard alphabet (Matrix spec, appendices, "Unpadded Base64"). */
export const toUnpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

/** Reads unpadded base64; undefined where the text is not the one spelling of exactly `length` bytes. */
export const fromUnpadded = (text: string, length: number): Uint8Array | undefined => {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === length && toUnpadded(bytes) === text ? new Uint8Array(bytes) : undefined;
};

/** Makes a new ed25519 key pair. */
export const newKeyPair = (): KeyPair => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    publicKey: toUnpadded(publicKey.export({ type: "spki", format: "der" }).subarray(-KEY_BYTES)),
    privateKey: toUnpadded(privateKey.export({ type: "pkcs8", format: "der" }).subarray(-KEY_BYTES)),
  };
};

/** Most keys that are kept ready; beyond it the oldest is read anew. */
const MOST_KEPT = 4_096;

/** Reading a key costs more than signing with it, and the same few are used over and over. */
const kept = <T>(read: (text: string) => T): ((text: string) => T) => {
  const keys = new Map<string, T>();
  return (text) => {
    const there = keys.get(text);
    if (there !== undefined) return there;
    const key = read(text);
    const [oldest] = keys.keys();
    if (keys.size >= MOST_KEPT && oldest !== undefined) keys.delete(oldest);
    keys.set(text, key);
    return key;
  };
};

const privateKeyOf = kept((text: string): KeyObject => {
  // The specification's own example key ends in bits that mean nothing, so a private key's spelling is not held strictly.
  const seed = Buffer.from(text, "base64");
  if (seed.length !== KEY_BYTES) throw new TypeError("not an ed25519 private key");
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), type: "pkcs8", format: "der" });
});

const publicKeyOf = kept((text: string): KeyObject | undefined => {
  const raw = fromUnpadded(text, KEY_BYTES);
  if (raw === undefined) return undefined;
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") },
    format: "jwk",
  });
});

/** The public half of a private key. Throws TypeError if the text is no key. */
export const publicHalf = (privateKey: string): string =>
  toUnpadded(createPublicKey(privateKeyOf(privateKey)).export({ type: "spki", format: "der" }).subarray(-KEY_BYTES));

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a signature covers: the document without `signatures` and `unsigned`. */
export const signedContent = (document: JsonObject): JsonObject => {
  const { signatures: _, unsigned: __, ...content } = document;
  return content;
};

/**
 * Signs a document (Matrix spec, appendices, "Signing JSON"); signatures already there are kept.
 *
 * @param signingName whose signature it is: a server name, or the federation's id
 */
export const signJson = (document: JsonObject, signingName: string, { keyId, privateKey }: Signer): JsonObject => {
  const bytes = Buffer.from(canonicalJson(signedContent(document)));
  const signature = toUnpadded(ed25519Sign(null, bytes, privateKeyOf(privateKey)));
  const all = isObject(document["signatures"]) ? document["signatures"] : {};
  const own = isObject(all[signingName]) ? all[signingName] : {};
  return { ...document, signatures: { ...all, [signingName]: { ...own, [keyId]: signature } } };
};

export type SignatureFault = "not_signed" | "bad_key" | "bad_signature";

/** Checks the signature of one key; every key is ed25519, whatever its id says: algorithms are not negotiated. */
export const verifySignedJson = (
  document: JsonObject,
  signingName: string,
  keyId: string,
  publicKey: string,
): Result<JsonObject, SignatureFault> => {
  const all = document["signatures"];
  const own = isObject(all) ? all[signingName] : undefined;
  const text = isObject(own) ? own[keyId] : undefined;
  if (typeof text !== "string" || !keyId.startsWith("ed25519:")) return err("not_signed");
  const key = publicKeyOf(publicKey);
  if (key === undefined) return err("bad_key");
  const signature = fromUnpadded(text, SIGNATURE_BYTES);
  if (signature === undefined) return err("bad_signature");
  const content = signedContent(document);
  return ed25519Verify(null, Buffer.from(canonicalJson(content)), key, signature) ? ok(content) : err("bad_signature");
};

/** Ids of the keys by which the name has signed the document; nothing is checked. */
export const signingKeyIds = (document: JsonObject, signingName: string): readonly string[] => {
  const all = document["signatures"];
  const own = isObject(all) ? all[signingName] : undefined;
  return isObject(own) ? Object.keys(own) : [];
};
