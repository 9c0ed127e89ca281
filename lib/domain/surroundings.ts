import type { Instant } from "./instant.ts";
import type { ServerName } from "./server-name.ts";
import type { StationState } from "./statuses.ts";

/** `own_list`: the asking server's own list does not name the other, so nothing was sent. */
export const PATH_OUTCOMES = ["open", "denied", "own_list", "away"] as const;
export type PathOutcome = (typeof PATH_OUTCOMES)[number];

/** What one server shares with another today; people are those joined to a shared room. */
export type Neighbour = {
  readonly rooms: number;
  readonly theirs: number;
  readonly ours: number;
  /** When a transaction of theirs last came in, as far back as the server remembers. */
  readonly receivedAt?: Instant;
  readonly failingSince?: Instant;
  /** Until when the server sends nothing there, after attempts that failed. */
  readonly waitsUntil?: Instant;
};

/**
 * What the partner's own probe proves of the lane: it came in where the door was to be open, was refused where shut.
 * Undefined where it proves nothing of this door: its own list kept it at home, or the way between is broken while the
 * door is to be shut.
 */
export const stationByPath = (outcome: PathOutcome, wantedOpen: boolean): StationState | undefined => {
  if (outcome === "own_list") return undefined;
  if (outcome === "open") return wantedOpen ? "reached" : "failed";
  if (outcome === "denied") return wantedOpen ? "failed" : "reached";
  return wantedOpen ? "failed" : undefined;
};

/** Why enforcing would not cut a neighbour, or what stands to be done about it. */
export const NEIGHBOUR_STATES = ["opens", "asked", "cut", "undecided"] as const;
export type NeighbourState = (typeof NEIGHBOUR_STATES)[number];

type Facts = {
  /** Names that the list opens when it is enforced. */
  readonly listed: ReadonlySet<ServerName>;
  /** Names in an agreement that is asked for, and not closed. */
  readonly asked: ReadonlySet<ServerName>;
  /** Names that a person has said may be cut. */
  readonly cut: ReadonlySet<ServerName>;
};

/** What will become of the traffic with that server when the list is enforced. */
export const neighbourState = (name: ServerName, { listed, asked, cut }: Facts): NeighbourState => {
  if (listed.has(name)) return "opens";
  if (asked.has(name)) return "asked";
  return cut.has(name) ? "cut" : "undecided";
};

export type Cutting = { readonly servers: number; readonly rooms: number; readonly ours: number };

/** What enforcing now would cut: servers, and the rooms and own people counted once for each of them. */
export const cuttingOf = (
  neighbours: readonly (readonly [ServerName, Neighbour])[],
  listed: ReadonlySet<ServerName>,
): Cutting =>
  neighbours
    .filter(([name]) => !listed.has(name))
    .reduce(
      (sum, [, { rooms, ours }]) => ({ servers: sum.servers + 1, rooms: sum.rooms + rooms, ours: sum.ours + ours }),
      { servers: 0, rooms: 0, ours: 0 },
    );
