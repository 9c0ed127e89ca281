import { type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { STATION_STATES, type StationState } from "#lib/domain/statuses.ts";
import { serverOfReader } from "./reader.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type SeenStation = "stored" | "effective" | "observed";
export type EvidenceRecord = {
  readonly from: HomeserverId;
  readonly to: HomeserverId;
  readonly station: SeenStation;
  readonly state: StationState;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Instant;
};

const SEEN = ["stored", "effective", "observed"] as const;

/** What was last seen between servers of the given set, in both directions. */
export const evidenceAmong = async (tx: Tx, servers: readonly HomeserverId[]): Promise<readonly EvidenceRecord[]> => {
  const ids = [...new Set(servers)];
  const own = serverOfReader(tx);
  const rows = await tx.evidence.findMany({
    where: { fromServerId: { in: ids }, toServerId: { in: ids }, OR: [{ from: own }, { to: own }] },
  });
  return rows.map(({ fromServerId, toServerId, station, state, detail, at }) => ({
    from: idOf("hs", fromServerId),
    to: idOf("hs", toServerId),
    station: oneOf(SEEN, station),
    state: oneOf(STATION_STATES, state),
    detail: typeof detail === "object" && detail !== null && !Array.isArray(detail) ? { ...detail } : {},
    at: instant(Number(at)),
  }));
};

/** When the worker last showed a sign of life. */
export const lastHeartbeat = async (tx: Tx): Promise<Instant | undefined> => {
  const [row] = await tx.$queryRaw<{ at: bigint | null }[]>`select max(at)::bigint as at from worker_heartbeat`;
  return row === undefined || row.at === null ? undefined : instant(Number(row.at));
};
