import type { FixCode } from "#lib/domain/directory.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";

/** What a step of finding a homeserver showed, in the words of `DISCOVERY_STEPS`. */
export type FoundStep = {
  readonly step: string;
  readonly state: "pass" | "fail" | "unknown" | "running";
  readonly detail: Readonly<Record<string, unknown>>;
  readonly fixCode: FixCode | undefined;
};

/** Writes steps as they are known; a step already there takes the new result. */
export const storeSteps = async (
  tx: Tx,
  homeserver: string,
  steps: readonly FoundStep[],
  at: number,
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO discovery_step (homeserver_id, step, state, detail, fix_code, at)
     SELECT $1::uuid, step, state, detail, "fixCode", $3::bigint FROM jsonb_to_recordset($2::jsonb)
       AS s(step text, state text, detail jsonb, "fixCode" text)
     ON CONFLICT (homeserver_id, step) DO UPDATE SET state = excluded.state, detail = excluded.detail,
       fix_code = excluded.fix_code, at = excluded.at`,
    homeserver,
    JSON.stringify(steps),
    at,
  );
};

export type Seen = { readonly software: string | undefined; readonly version: string | undefined; readonly at: number };

/** Notes when a homeserver was last looked at, and what it says it runs. */
export const storeLooked = async (tx: Tx, homeserver: string, { software, version, at }: Seen): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE homeserver SET looked_at = $2::bigint, software = coalesce($3, software),
       software_version = coalesce($4, software_version) WHERE id = $1::uuid`,
    homeserver,
    at,
    software ?? null,
    version ?? null,
  );
};

/**
 * Pins keys, supersedes those that are no longer among them, and calls the identity known.
 *
 * @param keys key id to key; a pinned id with another key is never overwritten
 */
export const pinKeys = async (
  tx: Tx,
  homeserver: string,
  keys: Readonly<Record<string, string>>,
  { validUntil, at }: { readonly validUntil: number; readonly at: number },
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO homeserver_key (homeserver_id, key_id, key, valid_until, pinned_at)
     SELECT $1::uuid, key, value, $3::bigint, $4::bigint FROM jsonb_each_text($2::jsonb)
     ON CONFLICT (homeserver_id, key_id) DO UPDATE SET valid_until = excluded.valid_until
       WHERE homeserver_key.key = excluded.key`,
    homeserver,
    JSON.stringify(keys),
    validUntil,
    at,
  );
  await tx.$executeRawUnsafe(
    `UPDATE homeserver_key SET superseded_at = $3::bigint
     WHERE homeserver_id = $1::uuid AND superseded_at IS NULL AND NOT key_id = ANY($2::text[])`,
    homeserver,
    Object.keys(keys),
    at,
  );
  await tx.$executeRawUnsafe(
    `UPDATE homeserver SET identity_state = 'pinned', version = version + 1 WHERE id = $1::uuid`,
    homeserver,
  );
};

/** Gives a homeserver the enforcement point that its platform has, where it has none. */
export const ensurePoint = async (tx: Tx, homeserver: string, kind: string, at: number): Promise<boolean> => {
  const made = await tx.$executeRawUnsafe(
    `INSERT INTO enforcement_point (id, homeserver_id, agency_id, kind, mode, keys, last_sequence, instances, created_at)
     SELECT $1::uuid, $2::uuid, (SELECT agency_id FROM homeserver_agency WHERE homeserver_id = $2::uuid
       ORDER BY agency_id LIMIT 1), $3, 'push', '{}', 0, '[]', $4::bigint
     WHERE EXISTS (SELECT 1 FROM homeserver_agency WHERE homeserver_id = $2::uuid)
       AND NOT EXISTS (SELECT 1 FROM enforcement_point WHERE homeserver_id = $2::uuid)`,
    newId(),
    homeserver,
    kind,
    at,
  );
  return made === 1;
};

export type KeyChangeFound = {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly at: number;
};

/**
 * Marks a homeserver's identity as changed, proposes the new keys to each of its agencies, and holds every agreement
 * that names it until all parties consent again, save those of which every party chose to be warned only.
 *
 * @returns the servers of the agreements now held; empty where the change was already known
 */
export const holdForKeyChange = async (
  tx: Tx,
  homeserver: string,
  found: KeyChangeFound,
): Promise<readonly string[]> => {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE homeserver SET identity_state = 'changed', version = version + 1
     WHERE id = $1::uuid AND identity_state <> 'changed'`,
    homeserver,
  );
  if (changed === 0) return [];
  const agencies = await tx.$queryRawUnsafe<{ id: string }[]>(
    `SELECT agency_id::text AS id FROM homeserver_agency WHERE homeserver_id = $1::uuid ORDER BY agency_id`,
    homeserver,
  );
  for (const { id } of agencies) {
    await tx.$executeRawUnsafe(
      `INSERT INTO change_proposal (id, agency_id, homeserver_id, kind, before, after, state, version, at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, 'pinned_keys', $4::jsonb, $5::jsonb, 'open', 1, $6::bigint)`,
      newId(),
      id,
      homeserver,
      JSON.stringify({ keys: found.before }),
      JSON.stringify({ keys: found.after }),
      found.at,
    );
  }
  return holdAgreements(tx, homeserver, found.at);
};

type Holdable = {
  readonly id: string;
  readonly number: number;
  readonly digest: string;
  readonly side: string;
  readonly agency: string;
};

const holdAgreements = async (tx: Tx, homeserver: string, at: number): Promise<readonly string[]> => {
  const held = await tx.$queryRawUnsafe<Holdable[]>(
    `SELECT DISTINCT ON (g.id) g.id::text AS id, v.number, v.digest, s.side, p.agency_id::text AS agency
     FROM agreement g JOIN agreement_version v ON v.agreement_id = g.id
     JOIN agreement_server s ON s.agreement_id = g.id AND s.number = v.number AND s.homeserver_id = $1::uuid
     JOIN agreement_party p ON p.agreement_id = g.id AND p.side = s.side
     WHERE g.stage = 'agreed' AND EXISTS (SELECT FROM agreement_party q WHERE q.agreement_id = g.id AND NOT EXISTS
       (SELECT FROM identity_choice c WHERE c.agreement_id = g.id AND c.agency_id = q.agency_id AND c.choice = 'warn'))
     ORDER BY g.id, v.number DESC`,
    homeserver,
  );
  for (const { id, number, digest, side, agency } of held) {
    await tx.$executeRawUnsafe(
      `INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, at)
       VALUES ($1::uuid, $2::uuid, $3::int, $4, $5, $6::uuid, 'hold', $7::bigint)`,
      newId(),
      id,
      number,
      digest,
      side,
      agency,
      at,
    );
    await tx.$executeRawUnsafe(`UPDATE agreement SET version = version + 1 WHERE id = $1::uuid`, id);
  }
  const servers = await tx.$queryRawUnsafe<{ id: string }[]>(
    `SELECT DISTINCT homeserver_id::text AS id FROM agreement_server WHERE agreement_id = ANY($1::uuid[])`,
    held.map(({ id }) => id),
  );
  return servers.map(({ id }) => id);
};
