import type { HomeserverId } from "#lib/domain/ids.ts";
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
