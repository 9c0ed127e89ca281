import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { DAY, type Instant, instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { newKeyPair, publicHalf, type Signer } from "#lib/platform/signed-json.ts";
import { readKeyset } from "./documents.ts";
import { makeKeyset } from "./make.ts";

/** Files of a keys directory. The root key's should be moved away from the machine after set-up. */
export const KEY_FILES = {
  root: "root.json",
  list: "list.json",
  keyset: "keyset.json",
  public: "root-public.json",
} as const;

/** How long a list key may sign (ms). */
export const LIST_KEY_LIFE = 365 * DAY;

/** The form of a private key's file. */
export const keyFile = z.strictObject({ federation: z.string(), key_id: z.string(), private_key: z.string() });

export type KeysMade = {
  readonly rootKeyId: string;
  readonly rootPublicKey: string;
  /** What operators compare with the one published elsewhere. */
  readonly fingerprint: string;
  /** Canonical bytes of the first keyset. */
  readonly keyset: string;
};

/** A root key's fingerprint: SHA-256 of the key's text, in groups of four hexadecimal digits. */
export const fingerprintOf = (publicKey: string): string =>
  (createHash("sha256").update(publicKey).digest("hex").slice(0, 32).match(/.{4}/g) ?? []).join(" ");

const privateFile = (path: string, content: object): void =>
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });

/**
 * Makes a federation's root and list keys and its first keyset, in files of mode 0600 in a directory of mode 0700.
 * The two keys are always different ones and neither is ever overwritten.
 *
 * @returns `keys_exist` where any of the files is already there
 */
export const initKeys = (directory: string, federation: string, now: Instant): Result<KeysMade, "keys_exist"> => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const root = newKeyPair();
  const list = newKeyPair();
  const rootKeyId = `ed25519:root-${randomBytes(3).toString("hex")}`;
  const listKeyId = `ed25519:list-${randomBytes(3).toString("hex")}`;
  const listKeys = { [listKeyId]: { key: list.publicKey, from: now, until: instant(now + LIST_KEY_LIFE) } };
  const keyset = makeKeyset({ federation, epoch: 1, serial: 1, issuedAt: now, listKeys }, [
    { keyId: rootKeyId, privateKey: root.privateKey },
  ]);
  try {
    privateFile(join(directory, KEY_FILES.root), { federation, key_id: rootKeyId, private_key: root.privateKey });
    privateFile(join(directory, KEY_FILES.list), { federation, key_id: listKeyId, private_key: list.privateKey });
    writeFileSync(join(directory, KEY_FILES.keyset), keyset, { mode: 0o600, flag: "wx" });
    const publicPart = {
      federation,
      key_id: rootKeyId,
      key: root.publicKey,
      fingerprint: fingerprintOf(root.publicKey),
    };
    writeFileSync(join(directory, KEY_FILES.public), `${JSON.stringify(publicPart, null, 2)}\n`, {
      mode: 0o644,
      flag: "wx",
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return err("keys_exist");
    throw error;
  }
  return ok({ rootKeyId, rootPublicKey: root.publicKey, fingerprint: fingerprintOf(root.publicKey), keyset });
};

/** What the worker signs with: the list key, and the keyset that says so. */
export type SigningKeys = {
  readonly federation: string;
  readonly epoch: number;
  readonly signer: Signer;
  readonly keyset: string;
};

export type KeysFault = {
  readonly code: "keys_missing" | "keys_invalid" | "list_key_not_in_keyset";
  readonly detail: string;
};

/** Reads the list key and the keyset. The root key is never read here: it need not be on the machine. */
export const readSigningKeys = (directory: string): Result<SigningKeys, KeysFault> => {
  let text: { readonly list: string; readonly keyset: string };
  try {
    const file = (name: string): string => readFileSync(join(directory, name), "utf8");
    text = { list: file(KEY_FILES.list), keyset: file(KEY_FILES.keyset).trim() };
  } catch (error) {
    return err({ code: "keys_missing", detail: error instanceof Error ? error.message : String(error) });
  }
  const list = keyFile.safeParse(parseJson(text.list));
  const keyset = readKeyset(text.keyset);
  if (!list.success || !keyset.ok) return err({ code: "keys_invalid", detail: directory });
  const { federation, key_id: keyId, private_key: privateKey } = list.data;
  const published = keyset.value.fields.list_keys[keyId];
  if (keyset.value.fields.federation !== federation || published?.key !== publicHalf(privateKey)) {
    return err({ code: "list_key_not_in_keyset", detail: keyId });
  }
  return ok({ federation, epoch: keyset.value.fields.epoch, signer: { keyId, privateKey }, keyset: text.keyset });
};

/** The text as JSON; undefined where it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
