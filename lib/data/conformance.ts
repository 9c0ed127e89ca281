import { z } from "zod";
import { type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";

/** Keeps a signed report, for all members to read. */
export const storeConformance = async (tx: Tx, homeserver: string, bytes: string, at: Instant): Promise<void> => {
  await tx.conformanceReport.create({ data: { id: newId(), homeserverId: homeserver, bytes, at: BigInt(at) } });
};

/** The newest report of a homeserver. */
export const latestConformance = async (
  tx: Tx,
  homeserver: HomeserverId,
): Promise<{ readonly bytes: string; readonly at: Instant } | undefined> => {
  const row = await tx.conformanceReport.findFirst({
    where: { homeserverId: homeserver },
    orderBy: [{ at: "desc" }, { id: "desc" }],
  });
  return row === null ? undefined : { bytes: row.bytes, at: instant(Number(row.at)) };
};

const counted = z.object({
  server: z.string().transform((id) => idOf("hs", id)),
  at: z.int().transform(instant),
  failed: z.int(),
  passed: z.int(),
});

/** What the newest report of each of these servers counted; servers that were never tried are not in it. */
export const conformanceOf = async (
  tx: Tx,
  homeservers: readonly HomeserverId[],
): Promise<ReadonlyMap<HomeserverId, { readonly at: Instant; readonly failed: number; readonly passed: number }>> => {
  const rows = await tx.$queryRawUnsafe<{ row: unknown }[]>(
    `SELECT jsonb_build_object('server', r.homeserver_id, 'at', r.at,
       'failed', (SELECT count(*) FROM jsonb_array_elements(r.bytes::jsonb->'checks') c WHERE c->>'outcome' = 'fail'),
       'passed', (SELECT count(*) FROM jsonb_array_elements(r.bytes::jsonb->'checks') c WHERE c->>'outcome' = 'pass')) AS row
     FROM (SELECT DISTINCT ON (homeserver_id) homeserver_id, at, bytes FROM conformance_report
       WHERE homeserver_id = ANY ($1::uuid[]) ORDER BY homeserver_id, at DESC, id DESC) r`,
    [...homeservers],
  );
  return new Map(
    rows.map(({ row }) => {
      const { server, ...counts } = counted.parse(row);
      return [server, counts];
    }),
  );
};

/** The list signed just before that one for a homeserver, as sent; undefined where there was none. */
export const listBefore = async (
  tx: Tx,
  homeserver: string,
  { epoch, version }: { readonly epoch: number; readonly version: number },
): Promise<string | undefined> => {
  const row = await tx.signedDocument.findFirst({
    where: { homeserverId: homeserver, kind: "list", epoch, version: { lt: version } },
    orderBy: { version: "desc" },
    select: { bytes: true },
  });
  return row?.bytes;
};
