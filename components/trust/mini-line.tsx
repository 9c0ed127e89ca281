"use client";

import type { AgreementSummary, LaneView } from "#lib/contracts/trust.ts";
import type { StationState } from "#lib/domain/statuses.ts";

const CENTRES = [30, 140, 250, 360] as const;
export const STATION_CLASS: Readonly<Record<StationState, string>> = {
  reached: "station-reached",
  not_yet: "station-not-yet",
  failed: "station-failed",
  unknown: "station-unknown",
};

/** The states of a lane in the order of travel; nothing is known of a lane that is not there. */
export const statesOf = (lane: LaneView | undefined): readonly StationState[] =>
  lane === undefined ? ["not_yet", "not_yet", "not_yet", "not_yet"] : lane.stations.map(({ state }) => state);

/** A stretch is lit when both its ends are reached; any other is a gap. A lane stops at what failed. */
export const isLit = (before: StationState, after: StationState): boolean =>
  before === "reached" && after === "reached";

const MiniLane = ({
  states,
  y,
  back,
}: {
  readonly states: readonly StationState[];
  readonly y: number;
  readonly back: boolean;
}) => {
  const centres = back ? CENTRES.toReversed() : CENTRES;
  const arrow = back ? `M8 ${y - 5}l-6 5 6 5` : `M388 ${y - 5}l6 5-6 5`;
  return (
    <g>
      {states.slice(1).map((state, index) => (
        <path
          key={centres[index]}
          className={isLit(states[index] ?? "unknown", state) ? "lane-lit" : "lane-gap"}
          d={`M${centres[index]} ${y}H${centres[index + 1]}`}
        />
      ))}
      {states.map((state, index) => (
        <g key={centres[index]}>
          <circle className={STATION_CLASS[state]} cx={centres[index]} cy={y} r={11} />
          {state === "failed" ? (
            <path className="station-failed" d={`M${(centres[index] ?? 0) - 4} ${y - 4}l8 8m0-8l-8 8`} />
          ) : null}
        </g>
      ))}
      <path className="lane-arrow" d={arrow} />
    </g>
  );
};

/** The trust line as it stands in a row, 24 px high. Decoration: the phrase beside it says the same. */
export const MiniPicture = ({
  there,
  back,
}: {
  readonly there: readonly StationState[];
  readonly back: readonly StationState[];
}) => (
  <svg viewBox="0 0 396 74" width="128" height="24" className="mini flex-none" aria-hidden="true">
    <MiniLane states={there} y={20} back={false} />
    <MiniLane states={back} y={54} back />
  </svg>
);

const GRAVITY: readonly StationState[] = ["failed", "unknown", "not_yet", "reached"];
const weakest = (states: readonly StationState[]): StationState =>
  GRAVITY.find((state) => states.includes(state)) ?? "not_yet";

/** Several lanes in one direction drawn as one: each station is as good as its weakest. */
export const together = (lanes: readonly LaneView[]): readonly StationState[] =>
  lanes.length === 0
    ? statesOf(undefined)
    : [0, 1, 2, 3].map((index) => weakest(lanes.map((lane) => lane.stations[index]?.state ?? "unknown")));

/** The trust line of one agreement in a row, as it was last measured. */
export const MiniLine = ({ agreement }: { readonly agreement: AgreementSummary }) => {
  const home = new Set(
    agreement.parties.filter(({ side }) => side === "home").flatMap(({ servers }) => servers.map(({ id }) => id)),
  );
  const lanes = agreement.stage === "agreed" ? agreement.lanes : [];
  return (
    <MiniPicture
      there={together(lanes.filter(({ from }) => home.has(from.id)))}
      back={together(lanes.filter(({ from }) => !home.has(from.id)))}
    />
  );
};
