import { z } from "zod";
import { CREDENTIAL_STATES } from "#lib/domain/enforcement.ts";
import { type AgencyId, type CredentialId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

const maybeAt = z.int().transform(instant).nullable();
const row = z.object({
  id: z.string().transform((id) => idOf("crd", id)),
  agency: z.string().transform((id) => idOf("agy", id)),
  kind: z.string(),
  fields: z.array(z.string()),
  state: z.enum(CREDENTIAL_STATES),
  insisted: z.boolean(),
  givenBy: z.string().transform((id) => idOf("per", id)),
  givenAt: z.int().transform(instant),
  testedAt: maybeAt,
  testCode: z.string().nullable(),
  activeSince: maybeAt,
  lastUsedAt: maybeAt,
  lastUseCode: z.string().nullable(),
});
/** All that is known of a credential but the secret itself, which the web cannot read. */
export type CredentialRecord = z.output<typeof row>;

/** The credentials of a homeserver: at most one in use and one on trial. */
export const listCredentials = async (tx: Tx, homeserver: HomeserverId): Promise<readonly CredentialRecord[]> => {
  const rows = await tx.$queryRawUnsafe<{ credential: unknown }[]>(
    `SELECT jsonb_build_object('id', id, 'agency', agency_id, 'kind', kind, 'fields', field_names, 'state', state,
       'insisted', insisted, 'givenBy', given_by, 'givenAt', given_at, 'testedAt', tested_at, 'testCode', test_code,
       'activeSince', active_since, 'lastUsedAt', last_used_at, 'lastUseCode', last_use_code) AS credential
     FROM credential WHERE homeserver_id = $1::uuid ORDER BY given_at`,
    homeserver,
  );
  return rows.map(({ credential }) => row.parse(credential));
};

/** The public key to which the web seals: the one published last. */
export const sealingKey = async (
  tx: Tx,
): Promise<{ readonly keyId: string; readonly publicKey: string } | undefined> => {
  const [found] = await tx.$queryRawUnsafe<{ keyId: string; publicKey: string }[]>(
    `SELECT id AS "keyId", public_key AS "publicKey" FROM sealing_key ORDER BY published_at DESC, id LIMIT 1`,
  );
  return found;
};

/** Publishes the worker's public key; one that is known already is left as it is. */
export const storeSealingKey = async (
  tx: Tx,
  key: { readonly keyId: string; readonly publicKey: string },
  at: number,
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO sealing_key (id, public_key, published_at) VALUES ($1, $2, $3::bigint) ON CONFLICT DO NOTHING`,
    key.keyId,
    key.publicKey,
    at,
  );
};

export type NewCredential = {
  readonly id: CredentialId;
  readonly agency: AgencyId;
  readonly homeserver: HomeserverId;
  readonly point: string;
  readonly kind: string;
  /** Field name to sealed text. */
  readonly sealed: Readonly<Record<string, string>>;
  readonly keyId: string;
  readonly by: PersonId;
  readonly at: number;
};

/** Puts a credential on trial, in the place of one that was there; the one in use stays until the trial is passed. */
export const addCandidate = async (tx: Tx, given: NewCredential): Promise<void> => {
  await tx.$executeRawUnsafe(
    `DELETE FROM credential WHERE enforcement_point_id = $1::uuid AND state <> 'active'`,
    given.point,
  );
  await tx.$executeRawUnsafe(
    `INSERT INTO credential (id, agency_id, homeserver_id, enforcement_point_id, kind, field_names, sealed, key_id, state,
       given_by, given_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::text[], $7::jsonb, $8, 'testing', $9::uuid, $10::bigint)`,
    given.id,
    given.agency,
    given.homeserver,
    given.point,
    given.kind,
    Object.keys(given.sealed),
    JSON.stringify(given.sealed),
    given.keyId,
    given.by,
    given.at,
  );
};

const eraseActiveBeside = (tx: Tx, id: CredentialId): Promise<number> =>
  tx.$executeRawUnsafe(
    `DELETE FROM credential c USING credential chosen WHERE chosen.id = $1::uuid AND c.id <> chosen.id
       AND c.enforcement_point_id = chosen.enforcement_point_id AND c.state = 'active'`,
    id,
  );

/** A person takes a credential into use though its test did not pass; what it replaces is erased. */
export const insistOn = async (tx: Tx, id: CredentialId, at: number): Promise<boolean> => {
  await eraseActiveBeside(tx, id);
  const changed = await tx.$executeRawUnsafe(
    `UPDATE credential SET state = 'active', insisted = true, active_since = $2::bigint
     WHERE id = $1::uuid AND state <> 'active'`,
    id,
    at,
  );
  return changed === 1;
};

/** Erases a credential; what it was stands in the log without its content. */
export const eraseCredential = async (tx: Tx, id: CredentialId): Promise<boolean> =>
  (await tx.$executeRawUnsafe(`DELETE FROM credential WHERE id = $1::uuid`, id)) === 1;

/** Erases all credentials of a homeserver: they are bound to the kind and address that have just been left. */
export const eraseCredentialsOf = async (tx: Tx, homeserver: HomeserverId): Promise<number> =>
  tx.$executeRawUnsafe(`DELETE FROM credential WHERE homeserver_id = $1::uuid`, homeserver);

/**
 * Writes what the test of a candidate came to. A passed one is in use from now on and the one before it is erased.
 *
 * @returns false where the candidate was replaced or removed meanwhile: then nothing is written
 */
export const storeTest = async (
  tx: Tx,
  id: CredentialId,
  result: { readonly code: string; readonly at: number },
): Promise<boolean> => {
  const passed = result.code === "passed";
  const locked = await tx.$queryRawUnsafe<unknown[]>(
    `SELECT 1 FROM credential WHERE id = $1::uuid AND state = 'testing' FOR UPDATE`,
    id,
  );
  if (locked.length === 0) return false;
  if (passed) await eraseActiveBeside(tx, id);
  await tx.$executeRawUnsafe(
    `UPDATE credential SET state = $2, tested_at = $3::bigint, test_code = $4, active_since = $5::bigint WHERE id = $1::uuid`,
    id,
    passed ? "active" : "failed",
    result.at,
    result.code,
    passed ? result.at : null,
  );
  return true;
};

/** Notes that a credential was used and what came of it: at each new outcome, and once an hour. */
export const storeUse = async (
  tx: Tx,
  id: CredentialId,
  use: { readonly code: string; readonly at: number; readonly every: number },
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE credential SET last_used_at = $3::bigint, last_use_code = $2
     WHERE id = $1::uuid AND (last_used_at IS NULL OR last_use_code IS DISTINCT FROM $2 OR last_used_at <= $4::bigint)`,
    id,
    use.code,
    use.at,
    use.at - use.every,
  );
};
