import { z } from "zod";
import { instant } from "#lib/domain/instant.ts";
import { STATUSES, type Status } from "#lib/domain/statuses.ts";
import type { Tx } from "./transaction.ts";

const at = z.int().transform(instant);
const maybe = <T extends z.ZodType>(form: T) => form.nullable().transform((value) => value ?? undefined);

/** Why a server's status is what it is; `since` is when it became so (ms). */
export const statusDetail = z.object({
  code: z.string().default(""),
  detail: z.string().default(""),
  since: z.int().default(0),
  /** That the server has not been reached for so long that its list will be, or is, stale. */
  warning: z.enum(["stale_soon", "stale"]).optional(),
});
export type StatusDetail = z.output<typeof statusDetail>;

/** Where a server's list stands. Version 0: nothing was signed yet. */
export const listHead = z.object({
  epoch: z.int(),
  version: z.int(),
  digest: z.string(),
  mode: z.string(),
  pushedAt: maybe(at),
  confirmedAt: maybe(at),
  renewal: maybe(z.string()),
  status: z.enum(STATUSES),
  statusDetail: statusDetail.catch({ code: "", detail: "", since: 0 }),
  attempts: z.int(),
  nextAttemptAt: maybe(at),
});
export type ListHead = z.output<typeof listHead>;

/**
 * Takes the row lock under which a server's list version is decided; makes the row on the first call.
 * Whoever holds it is alone with this server's versions until the transaction ends.
 */
export const lockHead = async (tx: Tx, homeserver: string): Promise<void> => {
  const locked = `SELECT version FROM list_head WHERE homeserver_id = $1::uuid FOR UPDATE`;
  const rows = await tx.$queryRawUnsafe<unknown[]>(locked, homeserver);
  if (rows.length > 0) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO list_head (homeserver_id, epoch, version, digest, mode, status, status_detail, attempts)
     VALUES ($1::uuid, 0, 0, '', 'observe', 'none', '{}', 0) ON CONFLICT DO NOTHING`,
    homeserver,
  );
  await tx.$queryRawUnsafe(locked, homeserver);
};

export type NewList = {
  readonly id: string;
  readonly homeserver: string;
  readonly epoch: number;
  readonly version: number;
  readonly digest: string;
  readonly mode: string;
  readonly bytes: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly traceId: string;
};

/** Stores a newly signed list and makes it the one to be sent. Call under {@link lockHead}. */
export const storeList = async (tx: Tx, list: NewList): Promise<void> => {
  await tx.$executeRawUnsafe(
    `WITH kept AS (INSERT INTO signed_document
       (id, kind, homeserver_id, epoch, version, digest, bytes, issued_at, expires_at, trace_id)
       VALUES ($1::uuid, 'list', $2::uuid, $3::int, $4::int, $5, $6, $7::bigint, $8::bigint, $9) RETURNING id)
     UPDATE list_head SET epoch = $3::int, version = $4::int, digest = $5, mode = $10,
       confirmed_at = NULL, renewal_bytes = NULL WHERE homeserver_id = $2::uuid AND EXISTS (SELECT 1 FROM kept)`,
    list.id,
    list.homeserver,
    list.epoch,
    list.version,
    list.digest,
    list.bytes,
    list.issuedAt,
    list.expiresAt,
    list.traceId,
    list.mode,
  );
};

/** Stores a renewal of the list in force, in the place of the last. Call under {@link lockHead}. */
export const storeRenewal = async (tx: Tx, homeserver: string, bytes: string): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE list_head SET renewal_bytes = $2 WHERE homeserver_id = $1::uuid`,
    homeserver,
    bytes,
  );
};

export type Standing = {
  readonly status: Status;
  readonly statusDetail: StatusDetail;
  readonly pushedAt: number | undefined;
  readonly confirmedAt: number | undefined;
  readonly attempts: number;
  readonly nextAttemptAt: number | undefined;
};

/**
 * Writes what a round found, unless another round has signed a newer list meanwhile: then nothing is written.
 *
 * @returns whether the list is still the one that the round was about
 */
export const recordStanding = async (
  tx: Tx,
  homeserver: string,
  list: { readonly epoch: number; readonly version: number },
  standing: Standing,
): Promise<boolean> => {
  const changed = await tx.$executeRawUnsafe(
    `UPDATE list_head SET status = $4, status_detail = $5::jsonb, pushed_at = coalesce($6::bigint, pushed_at),
       confirmed_at = $7::bigint, attempts = $8::int, next_attempt_at = $9::bigint
     WHERE homeserver_id = $1::uuid AND epoch = $2::int AND version = $3::int`,
    homeserver,
    list.epoch,
    list.version,
    standing.status,
    JSON.stringify(standing.statusDetail),
    standing.pushedAt ?? null,
    standing.confirmedAt ?? null,
    standing.attempts,
    standing.nextAttemptAt ?? null,
  );
  return changed === 1;
};

export type HeldPlan = {
  readonly why: string;
  readonly names: readonly string[];
  /** The whole difference from the last signed list, of which `names` is what nothing explains. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly digest: string;
  readonly at: number;
};

/** Writes what the next list would change and what is held of it; an equal plan is left as it is, and what stays held keeps its time. */
export const storePlan = async (
  tx: Tx,
  homeserver: string,
  plan: { readonly add: readonly string[]; readonly remove: readonly string[]; readonly names: number },
  brake: HeldPlan | undefined,
  now: number,
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO list_plan (homeserver_id, plan, brake, at) VALUES ($1::uuid, $2::jsonb, $3::jsonb, $4::bigint)
     ON CONFLICT (homeserver_id) DO UPDATE SET plan = excluded.plan, at = excluded.at, brake = CASE
       WHEN list_plan.brake - 'at' IS NOT DISTINCT FROM excluded.brake - 'at' THEN list_plan.brake ELSE excluded.brake END
     WHERE list_plan.plan IS DISTINCT FROM excluded.plan
       OR list_plan.brake - 'at' IS DISTINCT FROM excluded.brake - 'at'`,
    homeserver,
    JSON.stringify(plan),
    brake === undefined ? null : JSON.stringify(brake),
    now,
  );
};

/** Stores a keyset that the portal signs under; a keyset already stored is left as it is. */
export const storeKeyset = async (
  tx: Tx,
  keyset: Omit<NewList, "homeserver" | "mode" | "expiresAt">,
): Promise<boolean> => {
  const stored = await tx.$executeRawUnsafe(
    `INSERT INTO signed_document (id, kind, epoch, version, digest, bytes, issued_at, trace_id)
     SELECT $1::uuid, 'keyset', $2::int, $3::int, $4, $5, $6::bigint, $7
     WHERE NOT EXISTS (SELECT 1 FROM signed_document WHERE kind = 'keyset' AND digest = $4)`,
    keyset.id,
    keyset.epoch,
    keyset.version,
    keyset.digest,
    keyset.bytes,
    keyset.issuedAt,
    keyset.traceId,
  );
  return stored === 1;
};

/** Stores the public half of a root key, for the page that shows what to pin; one already stored is left as it is. */
export const storePublicKey = async (
  tx: Tx,
  key: Pick<NewList, "id" | "digest" | "bytes" | "issuedAt" | "traceId">,
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO signed_document (id, kind, epoch, version, digest, bytes, issued_at, trace_id)
     SELECT $1::uuid, 'root_key', 0, 0, $2, $3, $4::bigint, $5
     WHERE NOT EXISTS (SELECT 1 FROM signed_document WHERE kind = 'root_key' AND digest = $2)`,
    key.id,
    key.digest,
    key.bytes,
    key.issuedAt,
    key.traceId,
  );
};
