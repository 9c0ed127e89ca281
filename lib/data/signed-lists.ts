import { z } from "zod";
import { MODES } from "#lib/domain/directory.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import type { Tx } from "./transaction.ts";

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

const RootKey = z.object({ key_id: z.string(), key: z.string(), fingerprint: z.string() });
export type RootKey = { readonly keyId: string; readonly key: string; readonly fingerprint: string };

/** The public halves of the root keys, as `keys init` published them; empty before that. */
export const rootKeys = async (tx: Tx): Promise<readonly RootKey[]> => {
  const rows = await tx.signedDocument.findMany({ where: { kind: "root_key" }, orderBy: { id: "asc" } });
  return rows.map(({ bytes }) => {
    const { key_id: keyId, key, fingerprint } = RootKey.parse(JSON.parse(bytes));
    return { keyId, key, fingerprint };
  });
};

/** Which keyset is the newest; undefined before there is one. */
export const currentKeyset = async (
  tx: Tx,
): Promise<{ readonly epoch: number; readonly serial: number } | undefined> => {
  const row = await tx.signedDocument.findFirst({
    where: { kind: "keyset" },
    orderBy: [{ epoch: "desc" }, { version: "desc" }],
    select: { epoch: true, version: true },
  });
  return row === null ? undefined : { epoch: row.epoch, serial: row.version };
};
