import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { err, ok, type Result } from "#lib/domain/result.ts";

const FORM = "tillit.sealed.v1";
const MARK = "v1.";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A key pair for sealing: the web process has the public half only, the worker both. Base64url of the DER forms. */
export type SealingKeyPair = { readonly publicKey: string; readonly privateKey: string };

/** Makes a new X25519 key pair. */
export const newSealingKeyPair = (): SealingKeyPair => {
  const pair = generateKeyPairSync("x25519");
  return {
    publicKey: pair.publicKey.export({ type: "spki", format: "der" }).toString("base64url"),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64url"),
  };
};

const publicKeyOf = (text: string): KeyObject =>
  createPublicKey({ key: Buffer.from(text, "base64url"), type: "spki", format: "der" });

const privateKeyOf = (text: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(text, "base64url"), type: "pkcs8", format: "der" });

const rawPublic = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" }).subarray(-KEY_BYTES);

const wrapKey = (shared: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer =>
  Buffer.from(hkdfSync("sha256", shared, Buffer.concat([ephemeral, recipient]), FORM, KEY_BYTES));

/**
 * Seals a secret so that only the holder of the private key can read it (ephemeral X25519, HKDF-SHA-256, AES-256-GCM:
 * the construction of RFC 9180 base mode).
 *
 * @param recipient the worker's public key
 * @param context where the secret belongs (agency, homeserver, field): a sealed text moved elsewhere does not open
 */
export const seal = (recipient: string, context: string, secret: string): string => {
  const to = publicKeyOf(recipient);
  const ephemeral = generateKeyPairSync("x25519");
  const sent = rawPublic(ephemeral.publicKey);
  const key = wrapKey(diffieHellman({ privateKey: ephemeral.privateKey, publicKey: to }), sent, rawPublic(to));
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(`${FORM}\0${context}`));
  const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return MARK + Buffer.concat([sent, iv, cipher.getAuthTag(), body]).toString("base64url");
};

/**
 * Opens a sealed secret.
 *
 * @returns the secret, or `sealed_elsewhere` when the text was sealed to another key, for another context, or altered
 */
export const unseal = (privateKey: string, context: string, sealed: string): Result<string, "sealed_elsewhere"> => {
  if (!sealed.startsWith(MARK)) return err("sealed_elsewhere");
  const bytes = Buffer.from(sealed.slice(MARK.length), "base64url");
  if (bytes.length < KEY_BYTES + IV_BYTES + TAG_BYTES) return err("sealed_elsewhere");
  const sent = bytes.subarray(0, KEY_BYTES);
  const iv = bytes.subarray(KEY_BYTES, KEY_BYTES + IV_BYTES);
  const tag = bytes.subarray(KEY_BYTES + IV_BYTES, KEY_BYTES + IV_BYTES + TAG_BYTES);
  try {
    const own = privateKeyOf(privateKey);
    const template = createPublicKey(own).export({ type: "spki", format: "der" });
    const sender = createPublicKey({
      key: Buffer.concat([template.subarray(0, -KEY_BYTES), sent]),
      type: "spki",
      format: "der",
    });
    const key = wrapKey(diffieHellman({ privateKey: own, publicKey: sender }), sent, template.subarray(-KEY_BYTES));
    const decipher = createDecipheriv("aes-256-gcm", key, iv)
      .setAAD(Buffer.from(`${FORM}\0${context}`))
      .setAuthTag(tag);
    const body = bytes.subarray(KEY_BYTES + IV_BYTES + TAG_BYTES);
    return ok(Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8"));
  } catch {
    return err("sealed_elsewhere");
  }
};
