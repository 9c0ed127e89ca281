import type { Instant } from "./instant.ts";
import { MINUTE } from "./instant.ts";

/** The four stations of a lane of the trust line, in their order: agreed = desired, proven = observed. */
export const STATIONS = ["desired", "stored", "effective", "observed"] as const;
export type Station = (typeof STATIONS)[number];

/** `reached`: seen as desired. `not_yet`: not seen so far. `failed`: seen, and otherwise. `unknown`: nothing fresh to say. */
export const STATION_STATES = ["reached", "not_yet", "failed", "unknown"] as const;
export type StationState = (typeof STATION_STATES)[number];

/** One vocabulary for everything that is shown about a door. */
export const STATUSES = [
  "none",
  "in_force",
  "on_its_way",
  "held",
  "shut_locally",
  "unreachable",
  "differs",
  "awaiting_restart",
  "stale",
  "open_alarm",
  "suspended",
  "observe_only",
  "not_connected",
  "shut",
] as const;
export type Status = (typeof STATUSES)[number];

export type StationEvidence = { readonly state: StationState; readonly at: Instant | undefined };
/** One direction: whether `from`'s requests are let in at `to`, read at `to`. */
export type Lane = Readonly<Record<Station, StationEvidence>>;

/** Conditions of a server that outrank what its stations say. */
export type ServerCondition = {
  readonly connected: boolean;
  readonly mode: "observe" | "enforce";
  readonly open: boolean;
  readonly held: boolean;
  readonly shutLocally: boolean;
  readonly unreachableSince: Instant | undefined;
  readonly awaitingRestart: boolean;
  readonly stale: boolean;
};

/** Evidence older than this says nothing about now. */
export const EVIDENCE_LIFE = 15 * MINUTE;

/** A lane as it is to be drawn: evidence that is too old becomes unknown, and nothing is lit behind a break. */
export const settleLane = (lane: Lane, now: Instant): Lane => {
  const fresh = ({ state, at }: StationEvidence): StationEvidence =>
    at !== undefined && now - at > EVIDENCE_LIFE ? { state: "unknown", at } : { state, at };
  return {
    desired: lane.desired,
    stored: fresh(lane.stored),
    effective: fresh(lane.effective),
    observed: fresh(lane.observed),
  };
};

const ALL_GOOD: ServerCondition = {
  connected: true,
  mode: "enforce",
  open: false,
  held: false,
  shutLocally: false,
  unreachableSince: undefined,
  awaitingRestart: false,
  stale: false,
};

const statusOfCondition = (condition: ServerCondition): Status | undefined => {
  if (condition.open) return "open_alarm";
  if (!condition.connected) return "not_connected";
  if (condition.held) return "held";
  if (condition.shutLocally) return "shut_locally";
  if (condition.unreachableSince !== undefined) return "unreachable";
  if (condition.awaitingRestart) return "awaiting_restart";
  if (condition.stale) return "stale";
  return condition.mode === "observe" ? "observe_only" : undefined;
};

/**
 * The one word for a lane that an agreement wants open. "In force" needs every station reached, and observed among
 * them: what the portal wrote itself never counts.
 */
export const statusOfLane = (lane: Lane, condition: ServerCondition = ALL_GOOD): Status => {
  const special = statusOfCondition(condition);
  if (special !== undefined) return special;
  const states = STATIONS.map((station) => lane[station].state);
  if (states.every((state) => state === "reached")) return "in_force";
  if (states.includes("failed")) return "differs";
  return states[3] === "unknown" && states[2] === "unknown" ? "stale" : "on_its_way";
};

/** Worst first: what a pair, or a page, is called when its parts differ. */
const GRAVITY: readonly Status[] = [
  "open_alarm",
  "differs",
  "held",
  "shut_locally",
  "unreachable",
  "stale",
  "awaiting_restart",
  "on_its_way",
  "observe_only",
  "not_connected",
  "suspended",
  "in_force",
  "shut",
  "none",
];

/**
 * How a server was found to differ from its list: a name too many; a name that was in effect and is shut there; a name
 * that the operator's own file denies, as the server itself reports.
 */
export const DRIFT_KINDS = ["extra", "shut_locally", "denied_locally"] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];
/** How it came to an end: taken away, let back in by an approver, back by itself, or no longer wanted by any agreement. */
export const DRIFT_ENDINGS = ["removed", "put_back", "returned", "not_wanted"] as const;
export type DriftEnding = (typeof DRIFT_ENDINGS)[number];

/** The gravest of several statuses; `none` for none. */
export const worst = (statuses: readonly Status[]): Status =>
  GRAVITY.find((status) => statuses.includes(status)) ?? "none";
