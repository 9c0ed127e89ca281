import type { LaneView, StationView } from "#lib/contracts/trust.ts";
import type { HomeserverRecord } from "#lib/data/homeservers.ts";
import type { EvidenceRecord } from "#lib/data/inbox.ts";
import type { PathRecord } from "#lib/data/surroundings.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { instant } from "#lib/domain/instant.ts";
import {
  type Lane,
  type ServerCondition,
  STATIONS,
  STATUSES,
  type Station,
  type StationEvidence,
  type Status,
  settleLane,
  statusOfLane,
} from "#lib/domain/statuses.ts";
import { stationByPath } from "#lib/domain/surroundings.ts";

/** What an agreement wants of its doors now, and since when; held until its parties consent again. */
export type Wanted = { readonly open: boolean; readonly since: Instant | undefined; readonly held: boolean };

/** Platforms whose own interface the portal drives; an agent drives any other, once it has enrolled. */
const DRIVEN: ReadonlySet<string> = new Set(["synapse", "element_ess", "rocketchat"]);
export const isDriven = ({ platform, head }: HomeserverRecord): boolean =>
  DRIVEN.has(platform) ||
  (platform !== "mattermost" && head !== undefined && head.status !== "none" && head.status !== "not_connected");

const WRITER = { desired: "portal", stored: "homeserver", effective: "homeserver", observed: "probe" } as const;

/** The status that the worker recorded for a server's list; `none` where nothing is signed yet. */
export const headStatus = ({ head }: HomeserverRecord): Status =>
  STATUSES.find((status) => status === head?.status) ?? "none";

const sinceOf = ({ head }: HomeserverRecord): Instant | undefined => {
  const since = head?.statusDetail["since"] ?? head?.pushedAt;
  return typeof since === "number" && Number.isSafeInteger(since) && since >= 0 ? instant(since) : undefined;
};

const conditionOf = (
  to: HomeserverRecord,
  seen: readonly EvidenceRecord[],
  wanted: Wanted,
  now: Instant,
): ServerCondition => {
  const status = headStatus(to);
  return {
    connected: isDriven(to),
    mode: to.mode,
    open: status === "open_alarm",
    // A changed identity holds the agreements that were to be held for it, and not those warned of it only.
    held: status === "held" || wanted.held,
    shutLocally: seen.some(({ detail }) => detail["shutLocally"] === true || detail["localDeny"] === true),
    unreachableSince: status === "unreachable" ? (sinceOf(to) ?? now) : undefined,
    awaitingRestart: status === "awaiting_restart",
    stale: false,
  };
};

const evidenceAt = (seen: readonly EvidenceRecord[], station: Station, wanted: Wanted): StationEvidence => {
  const row = seen.find((each) => each.station === station);
  if (row === undefined) return { state: "not_yet", at: undefined };
  // Evidence of what was wanted before says nothing of what is wanted now.
  const about = row.detail["desired"];
  const other = about !== undefined && (about === "open") !== wanted.open;
  return { state: other ? "not_yet" : row.state, at: row.at };
};

/**
 * What was seen from outside: by the portal's probe, or by the partner's own over its real path, which a firewall for
 * each partner lets through where it stops the portal's. The newest word counts; one from before the decision does not.
 */
const observedBy = (portal: StationEvidence, path: PathRecord | undefined, wanted: Wanted): StationEvidence => {
  if (path === undefined || wanted.since === undefined || path.at < wanted.since) return portal;
  const state = stationByPath(path.outcome, wanted.open);
  if (state === undefined) return portal;
  const knows = portal.at !== undefined && (portal.state === "reached" || portal.state === "failed");
  return knows && portal.at > path.at ? portal : { state, at: path.at };
};

const pathView = (path: PathRecord | undefined): LaneView["path"] =>
  path === undefined
    ? null
    : { outcome: path.outcome, status: path.status, errcode: path.errcode, at: path.at, tookMs: path.tookMs };

const viewOf = (station: Station, { state, at }: StationEvidence, seen: readonly EvidenceRecord[]): StationView => ({
  station,
  state,
  at: at ?? null,
  by: WRITER[station],
  detail: seen.find((each) => each.station === station)?.detail ?? null,
});

const statusOf = (lane: Lane, condition: ServerCondition, wanted: Wanted): Status => {
  const status = statusOfLane(lane, condition);
  if (wanted.open || status !== "in_force") return status;
  return "shut";
};

/** All that was measured among some servers. */
export type Measured = { readonly evidence: readonly EvidenceRecord[]; readonly paths: readonly PathRecord[] };

/** One direction of one door, as read at `to`. */
export const laneView = (
  from: HomeserverRecord,
  to: HomeserverRecord,
  { evidence, paths }: Measured,
  wanted: Wanted,
  now: Instant,
): LaneView => {
  const seen = evidence.filter((row) => row.from === from.id && row.to === to.id);
  const path = paths.find((row) => row.from === from.id && row.to === to.id);
  const portal = evidenceAt(seen, "observed", wanted);
  const observed = observedBy(portal, path, wanted);
  const lane = settleLane(
    {
      desired: { state: "reached", at: wanted.since },
      stored: evidenceAt(seen, "stored", wanted),
      effective: evidenceAt(seen, "effective", wanted),
      observed,
    },
    now,
  );
  const by = observed === portal ? WRITER.observed : "partner";
  return {
    from: { id: toPublicId("hs", from.id), serverName: from.serverName },
    to: { id: toPublicId("hs", to.id), serverName: to.serverName },
    status: statusOf(lane, conditionOf(to, seen, wanted, now), wanted),
    stations: STATIONS.map((station) => ({
      ...viewOf(station, lane[station], seen),
      ...(station === "observed" ? { by } : {}),
    })),
    path: pathView(path),
  };
};

/** Both directions of every pair of the two sides. */
export const lanesOf = (
  pairs: readonly (readonly [HomeserverId, HomeserverId])[],
  servers: ReadonlyMap<HomeserverId, HomeserverRecord>,
  measured: Measured,
  wanted: Wanted,
  now: Instant,
): readonly LaneView[] =>
  pairs.flatMap(([a, b]) => {
    const [left, right] = [servers.get(a), servers.get(b)];
    if (left === undefined || right === undefined) return [];
    return [laneView(left, right, measured, wanted, now), laneView(right, left, measured, wanted, now)];
  });
