import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "./instant.ts";
import {
  EVIDENCE_LIFE,
  type Lane,
  type ServerCondition,
  STATION_STATES,
  STATUSES,
  settleLane,
  statusOfLane,
  worst,
} from "./statuses.ts";

const now = instant(10_000_000);
const state = fc.constantFrom(...STATION_STATES).map((each) => ({ state: each, at: now }));
const lane: fc.Arbitrary<Lane> = fc.record({ desired: state, stored: state, effective: state, observed: state });
const good: ServerCondition = {
  connected: true,
  mode: "enforce",
  open: false,
  held: false,
  shutLocally: false,
  unreachableSince: undefined,
  awaitingRestart: false,
  stale: false,
};

describe("statusOfLane", () => {
  it("says in force only when every station is reached, observed among them", () => {
    fc.assert(
      fc.property(lane, (each) => {
        const all = Object.values(each).every((station) => station.state === "reached");
        expect(statusOfLane(each) === "in_force").toBe(all);
      }),
    );
  });

  it("never says in force of a server that is open, held, shut locally, away, stale, observing or not connected", () => {
    const reached = { state: "reached", at: now } as const;
    const full: Lane = { desired: reached, stored: reached, effective: reached, observed: reached };
    const spoilt: readonly Partial<ServerCondition>[] = [
      { open: true },
      { held: true },
      { shutLocally: true },
      { unreachableSince: now },
      { awaitingRestart: true },
      { stale: true },
      { mode: "observe" },
      { connected: false },
    ];
    for (const each of spoilt) expect(statusOfLane(full, { ...good, ...each })).not.toBe("in_force");
  });

  it("forgets evidence that is too old, but never what was desired", () => {
    const old = { state: "reached", at: instant(now - EVIDENCE_LIFE - 1) } as const;
    const settled = settleLane({ desired: old, stored: old, effective: old, observed: old }, now);
    expect([settled.desired.state, settled.observed.state]).toEqual(["reached", "unknown"]);
  });

  it("calls a pair by its gravest part", () => {
    for (const status of STATUSES) if (status !== "none") expect(worst([status, "none"])).toBe(status);
    expect(worst(["in_force", "open_alarm", "differs"])).toBe("open_alarm");
    expect(worst([])).toBe("none");
  });
});
