import { z } from "zod";
import { MODES } from "#lib/domain/directory.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import type { Tx } from "./transaction.ts";

const Keyset = z.object({ list_keys: z.record(z.string(), z.unknown()), signatures: z.record(z.string(), z.record(z.string(), z.string())) });
const List = z.object({
  mode: z.enum(MODES),
  allow: z.array(z.object({ server: z.string(), reasons: z.array(z.object({ id: z.string() })) })),
});

export type StoredList = {
  readonly epoch: number;
  readonly version: number;
  readonly digest: string;
  readonly mode: (typeof MODES)[number];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly traceId: string;
  readonly allow: readonly { readonly server: string; readonly reasons: readonly string[] }[];
};

/** Lists that were signed for a homeserver, newest first; `before` is the last (epoch, version) of the page before. */
export const listSignedLists = async (
  tx: Tx,
  homeserver: HomeserverId,
  before: { readonly epoch: number; readonly version: number } | undefined,
  limit: number,
): Promise<readonly StoredList[]> => {
  const rows = await tx.signedDocument.findMany({
    where: {
      homeserverId: homeserver,
      kind: "list",
      ...(before === undefined
        ? {}
        : { OR: [{ epoch: { lt: before.epoch } }, { epoch: before.epoch, version: { lt: before.version } }] }),
    },
    orderBy: [{ epoch: "desc" }, { version: "desc" }],
    take: limit,
  });
  return rows.map(({ epoch, version, digest, bytes, issuedAt, expiresAt, traceId }) => {
    const { mode, allow } = List.parse(JSON.parse(bytes));
    return {
      epoch,
      version,
      digest,
      mode,
      issuedAt: Number(issuedAt),
      expiresAt: Number(expiresAt ?? issuedAt),
      traceId,
      allow: allow.map(({ server, reasons }) => ({ server, reasons: reasons.map(({ id }) => id) })),
    };
  });
};

/** How many servers the last list signed for this homeserver names; null where none is signed or may be read. */
export const countDesired = async (tx: Tx, homeserver: HomeserverId): Promise<number | null> =>
  (await listSignedLists(tx, homeserver, undefined, 1))[0]?.allow.length ?? null;

/** The key ids by which the current keyset is signed, and the keyset's place; undefined before there is one. */
export const currentKeyset = async (tx: Tx): Promise<{ readonly epoch: number; readonly serial: number; readonly signedBy: readonly string[] } | undefined> => {
  const row = await tx.signedDocument.findFirst({ where: { kind: "keyset" }, orderBy: [{ epoch: "desc" }, { version: "desc" }] });
  if (row === null) return undefined;
  const { signatures } = Keyset.parse(JSON.parse(row.bytes));
  return { epoch: row.epoch, serial: row.version, signedBy: Object.values(signatures).flatMap((each) => Object.keys(each)) };
};
