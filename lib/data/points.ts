import { z } from "zod";
import { type AgencyId, type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

const row = z.object({
  id: z.string(),
  agency: z.string().transform((id) => idOf("agy", id)),
  kind: z.string(),
  mode: z.string(),
  baseUrl: z.string().nullable(),
  detected: z.string().nullable(),
  detectedAt: z.int().transform(instant).nullable(),
});
/** What enforces for a homeserver, as the agency has chosen it, and what was seen to answer there. */
export type Point = z.output<typeof row>;

/** The enforcement point of a homeserver; undefined where it has none. */
export const getPoint = async (tx: Tx, homeserver: HomeserverId): Promise<Point | undefined> => {
  const rows = await tx.$queryRawUnsafe<{ point: unknown }[]>(
    `SELECT jsonb_build_object('id', id, 'agency', agency_id, 'kind', kind, 'mode', mode, 'baseUrl', base_url,
       'detected', detected, 'detectedAt', detected_at) AS point
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

/** Gives a homeserver its enforcement point, or changes the one it has; the list is driven by the portal from then on. */
export const choosePoint = async (tx: Tx, held: Point | undefined, wanted: NewPoint): Promise<void> => {
  if (held !== undefined) {
    await tx.$executeRawUnsafe(
      `UPDATE enforcement_point SET kind = $2, base_url = $3, mode = 'push' WHERE id = $1::uuid`,
      held.id,
      wanted.kind,
      wanted.baseUrl,
    );
    return;
  }
  await tx.$executeRawUnsafe(
    `INSERT INTO enforcement_point (id, homeserver_id, agency_id, kind, mode, base_url, keys, last_sequence, instances, created_at)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, 'push', $5, '{}', 0, '[]', $6::bigint)`,
    wanted.id,
    wanted.homeserver,
    wanted.agency,
    wanted.kind,
    wanted.baseUrl,
    wanted.at,
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
