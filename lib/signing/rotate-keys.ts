import { randomBytes } from "node:crypto";
import { chownSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DAY, type Instant, instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { newKeyPair, publicHalf, type Signer, verifySignedJson } from "#lib/platform/signed-json.ts";
import { readKeyset } from "./documents.ts";
import { KEY_FILES, keyFile, LIST_KEY_LIFE, parseJson } from "./key-files.ts";
import { type ListKey, makeKeyset } from "./make.ts";

/** How long the old list key counts beside the new one, unless said otherwise: as long as a list lives (ms). */
export const DEFAULT_OVERLAP = 3 * DAY;

export type Rotation = {
  /** Files of the root keys that sign the new keyset; as many as the enforcement points require. */
  readonly roots: readonly string[];
  /** For how long the old list key still counts, in ms; 0 for a key that may be in other hands. */
  readonly overlap: number;
  /** The new epoch of a restored portal, above every one that was ever used; absent: the epoch stays. */
  readonly epoch?: number | undefined;
  readonly now: Instant;
};

export type RotationFault = {
  readonly code: "keys_missing" | "keys_invalid" | "root_not_of_keyset" | "epoch_not_above";
  readonly detail: string;
};

export type Rotated = {
  readonly epoch: number;
  readonly serial: number;
  readonly listKeyId: string;
  /** Ids of the list keys that still count beside the new one. */
  readonly remaining: readonly string[];
  /** Canonical bytes of the new keyset. */
  readonly keyset: string;
};

const fileText = (path: string): Result<string, RotationFault> => {
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    return err({ code: "keys_missing", detail: error instanceof Error ? error.message : path });
  }
};

const readRoot = (path: string, federation: string): Result<Signer, RotationFault> => {
  const text = fileText(path);
  if (!text.ok) return text;
  const read = keyFile.safeParse(parseJson(text.value));
  if (!read.success || read.data.federation !== federation) return err({ code: "keys_invalid", detail: path });
  return ok({ keyId: read.data.key_id, privateKey: read.data.private_key });
};

/** Replaces a file in one step, as the user who owns the old one. */
const replaceFile = (path: string, content: string): void => {
  const fresh = `${path}.new`;
  const { uid, gid } = statSync(path, { throwIfNoEntry: false }) ?? {};
  writeFileSync(fresh, content, { mode: 0o600 });
  if (process.getuid?.() === 0 && uid !== undefined && gid !== undefined) chownSync(fresh, uid, gid);
  renameSync(fresh, path);
};

/** The old keys that still count for a while; those that are over already fall away. */
const remainingKeys = (
  before: Readonly<Record<string, ListKey>>,
  { overlap, epoch, now }: Rotation,
): Readonly<Record<string, ListKey>> => {
  // Nothing of an old epoch is signed in a new one, so no key of it is needed there.
  if (overlap === 0 || epoch !== undefined) return {};
  const kept = Object.entries(before).filter(([, { until }]) => until > now);
  return Object.fromEntries(
    kept.map(([id, key]) => [id, { ...key, until: instant(Math.min(key.until, now + overlap)) }]),
  );
};

/**
 * Makes a new list key and a keyset that names it, one serial above the last (or the first of a new epoch), signed by
 * the root keys given. The keyset is replaced before the key, so that whatever stands at any moment either fits or is
 * refused by whoever reads it; doing it again mends it. A root that has not signed the keyset in force is refused:
 * no enforcement point would follow it.
 */
export const rotateKeys = (directory: string, rotation: Rotation): Result<Rotated, RotationFault> => {
  const text = fileText(join(directory, KEY_FILES.keyset));
  if (!text.ok) return text;
  const read = readKeyset(text.value.trim());
  if (!read.ok) return err({ code: "keys_invalid", detail: KEY_FILES.keyset });
  const { fields, json } = read.value;
  const { federation } = fields;
  const { epoch = fields.epoch, now } = rotation;
  if (rotation.epoch !== undefined && rotation.epoch <= fields.epoch)
    return err({ code: "epoch_not_above", detail: String(fields.epoch) });
  const roots: Signer[] = [];
  for (const path of rotation.roots) {
    const root = readRoot(path, federation);
    if (!root.ok) return root;
    const { keyId, privateKey } = root.value;
    if (!verifySignedJson(json, federation, keyId, publicHalf(privateKey)).ok)
      return err({ code: "root_not_of_keyset", detail: path });
    roots.push(root.value);
  }
  if (roots.length === 0) return err({ code: "keys_missing", detail: KEY_FILES.root });
  const list = newKeyPair();
  const listKeyId = `ed25519:list-${randomBytes(3).toString("hex")}`;
  const held = Object.entries(fields.list_keys).map(([id, { key, from, until }]): [string, ListKey] => [
    id,
    { key, from: instant(from), until: instant(until) },
  ]);
  const remaining = remainingKeys(Object.fromEntries(held), rotation);
  const fresh = { key: list.publicKey, from: now, until: instant(now + LIST_KEY_LIFE) };
  const serial = epoch === fields.epoch ? fields.serial + 1 : 1;
  const listKeys = { ...remaining, [listKeyId]: fresh };
  const keyset = makeKeyset({ federation, epoch, serial, issuedAt: now, listKeys }, roots);
  replaceFile(join(directory, KEY_FILES.keyset), keyset);
  const key = { federation, key_id: listKeyId, private_key: list.privateKey };
  replaceFile(join(directory, KEY_FILES.list), `${JSON.stringify(key, null, 2)}\n`);
  return ok({ epoch, serial, listKeyId, remaining: Object.keys(remaining), keyset });
};
