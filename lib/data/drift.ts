import { type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { DRIFT_ENDINGS, DRIFT_KINDS, type DriftEnding, type DriftKind } from "#lib/domain/statuses.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

/** What a round found, and what of the earlier findings came to an end. */
export type DriftNews = {
  readonly found: readonly { readonly name: string; readonly kind: DriftKind }[];
  readonly ended: readonly { readonly name: string; readonly kind: DriftKind; readonly ending: DriftEnding }[];
};

/** Writes a round's findings: each name once while it stays open, and an end only to what is open. */
export const recordDrift = async (tx: Tx, homeserver: string, { found, ended }: DriftNews, at: number) => {
  for (const { name, kind } of found)
    await tx.$executeRaw`insert into drift (id, homeserver_id, server_name, kind, found_at)
      values (${newId()}::uuid, ${homeserver}::uuid, ${name}, ${kind}, ${BigInt(at)}) on conflict do nothing`;
  for (const { name, kind, ending } of ended)
    await tx.$executeRaw`update drift set ended_at = ${BigInt(at)}, ending = ${ending}
      where homeserver_id = ${homeserver}::uuid and server_name = ${name} and kind = ${kind} and ended_at is null`;
};

export type DriftRecord = {
  readonly homeserver: HomeserverId;
  readonly server: string;
  readonly kind: DriftKind;
  readonly foundAt: Instant;
  readonly endedAt: Instant | undefined;
  readonly ending: DriftEnding | undefined;
};

type Wanted = { readonly homeservers: readonly HomeserverId[]; readonly open?: boolean; readonly kind?: DriftKind };

/** Findings about these servers, open ones first, then the newest. */
export const listDrift = async (
  tx: Tx,
  { homeservers, open, kind }: Wanted,
  limit: number,
): Promise<readonly DriftRecord[]> => {
  const rows = await tx.drift.findMany({
    where: {
      homeserverId: { in: [...homeservers] },
      ...(open === true ? { endedAt: null } : {}),
      ...(kind === undefined ? {} : { kind }),
    },
    orderBy: [{ endedAt: { sort: "desc", nulls: "first" } }, { foundAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(({ homeserverId, serverName, kind: word, foundAt, endedAt, ending }) => ({
    homeserver: idOf("hs", homeserverId),
    server: serverName,
    kind: oneOf(DRIFT_KINDS, word),
    foundAt: instant(Number(foundAt)),
    endedAt: endedAt === null ? undefined : instant(Number(endedAt)),
    ending: ending === null ? undefined : oneOf(DRIFT_ENDINGS, ending),
  }));
};
