import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { newSealingKeyPair, type SealingKeyPair } from "#lib/platform/sealing.ts";

/** The file of the worker's key for credentials, beside its list key and as private. */
export const SEALING_FILE = "sealing.json";

const sealingFile = z.strictObject({ key_id: z.string(), public_key: z.string(), private_key: z.string() });

/** What the web seals to (public half), and the worker alone opens with. */
export type SealingKey = SealingKeyPair & { readonly keyId: string };

const idOf = (publicKey: string): string =>
  `x25519:${createHash("sha256").update(publicKey).digest("hex").slice(0, 16)}`;

const read = (path: string): SealingKey | undefined => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const { key_id: keyId, public_key: publicKey, private_key: privateKey } = sealingFile.parse(JSON.parse(text));
  return { keyId, publicKey, privateKey };
};

/**
 * Reads the worker's sealing key, or makes it where there is none: mode 0600, never overwritten, whoever comes first.
 *
 * @throws where the file cannot be read, written or understood: a worker that went on would make credentials unreadable
 */
export const ensureSealingKey = (directory: string): SealingKey => {
  const path = join(directory, SEALING_FILE);
  const held = read(path);
  if (held !== undefined) return held;
  const { publicKey, privateKey } = newSealingKeyPair();
  const content = { key_id: idOf(publicKey), public_key: publicKey, private_key: privateKey };
  try {
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const made = read(path);
  if (made === undefined) throw new Error(`${path} is gone as soon as it is written`);
  return made;
};
