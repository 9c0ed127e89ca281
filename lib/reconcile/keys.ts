import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { appendAudit } from "#lib/data/audit.ts";
import { storeSealingKey } from "#lib/data/credentials.ts";
import { storeKeyset, storePublicKey } from "#lib/data/lists.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { readKeyset } from "#lib/signing/documents.ts";
import { KEY_FILES } from "#lib/signing/key-files.ts";
import type { SealingKey } from "#lib/signing/sealing-key.ts";

const publicFile = z.object({ key_id: z.string(), key: z.string(), fingerprint: z.string() });

const publicPart = (directory: string): z.output<typeof publicFile> | undefined => {
  try {
    return publicFile.parse(JSON.parse(readFileSync(join(directory, KEY_FILES.public), "utf8")));
  } catch {
    return undefined;
  }
};

/**
 * Publishes the keyset and the root's public half to the database, where the portal's pages read them; what is there
 * already stays. An issued keyset stands in the audit log.
 *
 * @returns whether a keyset was new
 */
export const publishKeys = async (
  directory: string,
  keyset: string,
  now: Instant,
  traceId: string,
): Promise<Result<boolean, unknown>> => {
  const read = readKeyset(keyset);
  if (!read.ok) throw new TypeError(`the keyset is unreadable: ${read.error.code}`);
  const { fields, digest } = read.value;
  const root = publicPart(directory);
  return asWorker(async (tx) => {
    const place = { epoch: fields.epoch, version: fields.serial, issuedAt: fields.issued_at, traceId };
    const isNew = await storeKeyset(tx, { ...place, id: newId(), digest, bytes: keyset });
    if (root !== undefined) {
      const { key_id, key, fingerprint } = root;
      const bytes = canonicalJson({ key_id, key, fingerprint });
      await storePublicKey(tx, { id: newId(), bytes, digest: digestOfBytes(bytes), issuedAt: now, traceId });
    }
    if (isNew) {
      const details = { epoch: fields.epoch, serial: fields.serial, digest, list_keys: Object.keys(fields.list_keys) };
      await appendAudit(tx, { kind: "keyset.issued", subject: fields.federation, agencyIds: [], details });
    }
    return ok(isNew);
  });
};

/** Publishes the public half of the worker's sealing key, to which the web seals credentials. */
export const publishSealingKey = async (key: SealingKey, now: Instant): Promise<void> => {
  await asWorker(async (tx) => ok(await storeSealingKey(tx, key, now)));
};
