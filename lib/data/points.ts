import { z } from "zod";
import { type AgencyId, type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

/** What was seen of a bridge to Matrix. */
const watched = z.object({
  version: z.string().optional(),
  bridge: z.enum(["running", "off", "absent"]),
  sync: z.boolean(),
  address: z.string().optional(),
  server: z.string().optional(),
});
type Watched = z.output<typeof watched>;

const row = z.object({
  id: z.string(),
  agency: z.string().transform((id) => idOf("agy", id)),
  kind: z.string(),
  mode: z.string(),
  baseUrl: z.string().nullable(),
  detected: z.string().nullable(),
  detectedAt: z.int().transform(instant).nullable(),
  behind: z.object({ id: z.string().transform((id) => idOf("hs", id)), serverName: z.string() }).nullable(),
  watched: watched.nullable(),
  watchedCode: z.string().nullable(),
  watchedAt: z.int().transform(instant).nullable(),
});
/** What enforces for a homeserver, as the agency has chosen it, and what was seen to answer there. */
export type Point = z.output<typeof row>;

/** The enforcement point of a homeserver; undefined where it has none. */
export const getPoint = async (tx: Tx, homeserver: HomeserverId): Promise<Point | undefined> => {
  const rows = await tx.$queryRawUnsafe<{ point: unknown }[]>(
    `SELECT jsonb_build_object('id', id, 'agency', agency_id, 'kind', kind, 'mode', mode, 'baseUrl', base_url,
       'detected', detected, 'detectedAt', detected_at, 'watched', watched, 'watchedCode', watched_code,
       'watchedAt', watched_at, 'behind', (SELECT jsonb_build_object('id', h.id, 'serverName', h.server_name)
         FROM homeserver h WHERE h.id = behind_id)) AS point
     FROM enforcement_point WHERE homeserver_id = $1::uuid ORDER BY created_at, id LIMIT 1`,
    homeserver,
  );
  return rows[0] === undefined ? undefined : row.parse(rows[0].point);
};

export type PointChoice = { readonly kind: string; readonly baseUrl: string | null };
type NewPoint = PointChoice & {
  readonly id: string;
  readonly homeserver: HomeserverId;
  readonly agency: AgencyId;
  readonly at: number;
};

const modeOf = (kind: string): string => (kind === "agent" ? "pull" : "push");

/** Gives a homeserver its enforcement point, or changes the one it has. An agent asks for its list; to all others it is sent. */
export const choosePoint = async (tx: Tx, held: Point | undefined, wanted: NewPoint): Promise<void> => {
  if (held !== undefined) {
    await tx.$executeRawUnsafe(
      `UPDATE enforcement_point SET kind = $2, base_url = $3, mode = $4 WHERE id = $1::uuid`,
      held.id,
      wanted.kind,
      wanted.baseUrl,
      modeOf(wanted.kind),
    );
    return;
  }
  await tx.$executeRawUnsafe(
    `INSERT INTO enforcement_point (id, homeserver_id, agency_id, kind, mode, base_url, keys, last_sequence, instances, created_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $7, $5, '{}', 0, '[]', $6::bigint)`,
    wanted.id,
    wanted.homeserver,
    wanted.agency,
    wanted.kind,
    wanted.baseUrl,
    wanted.at,
    modeOf(wanted.kind),
  );
};

/** Notes which interface answered at the server. */
export const storeDetected = async (tx: Tx, point: string, detected: string, at: number): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE enforcement_point SET detected = $2, detected_at = $3::bigint WHERE id = $1::uuid`,
    point,
    detected,
    at,
  );
};

/** Names the homeserver behind a bridge; nobody where `behind` is undefined. */
export const setBehind = async (tx: Tx, point: string, behind: HomeserverId | undefined): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE enforcement_point SET behind_id = $2::uuid WHERE id = $1::uuid`,
    point,
    behind ?? null,
  );
};

/** Stores what was seen of a bridge. A look that failed leaves what was seen before, with the reason and its own time. */
export const storeWatched = async (
  tx: Tx,
  point: string,
  look: { readonly code: string; readonly seen: Watched | undefined; readonly at: number },
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE enforcement_point SET watched = coalesce($2::jsonb, watched), watched_code = $3, watched_at = $4::bigint
     WHERE id = $1::uuid`,
    point,
    look.seen === undefined ? null : JSON.stringify(look.seen),
    look.code,
    look.at,
  );
};
