"use client";

import clsx from "clsx";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import type { LaneView, PartyView, StationView } from "#lib/contracts/trust.ts";
import { Button as OurButton } from "../ui/button.tsx";
import { Mono } from "../ui/page.tsx";
import { useLocalName, useWhen, When } from "../ui/when.tsx";
import { isLit, STATION_CLASS } from "./mini-line.tsx";
import { StatusPhrase, usePhrase } from "./status-phrase.tsx";

const Mark = ({ state }: { readonly state: StationView["state"] }) => (
  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <circle cx="10" cy="10" r="6.5" className={STATION_CLASS[state]} />
    {state === "failed" ? <path d="M7.5 7.5l5 5m0-5l-5 5" className="station-failed" /> : null}
  </svg>
);

/** What was seen at a station, as the one who saw it reported it: short values only, in the words of the protocol. */
const Seen = ({ detail }: { readonly detail: StationView["detail"] }) => {
  const facts = Object.entries(detail ?? {}).filter(
    ([, value]) => typeof value === "string" || typeof value === "number" || typeof value === "boolean",
  );
  if (facts.length === 0) return null;
  return (
    <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 text-xs">
      {facts.map(([name, value]) => (
        <div key={name} className="col-span-full grid grid-cols-subgrid">
          <dt className="mono text-quiet">{name}</dt>
          <dd className="mono">{String(value)}</dd>
        </div>
      ))}
    </dl>
  );
};

type Look = ((homeserver: string) => void) | undefined;

const Station = ({
  station,
  lane,
  look,
}: {
  readonly station: StationView;
  readonly lane: LaneView;
  readonly look: Look;
}) => {
  const t = useTranslations("trustLine");
  const when = useWhen();
  const name = t("stationName", {
    station: t(`station.${station.station}`),
    state: t(`state.${station.state}`),
    when: station.at === null ? t("never") : when(station.at),
  });
  return (
    <DialogTrigger>
      <Button
        aria-label={name}
        data-station={`${station.station}:${station.state}`}
        className="flex size-7 flex-none items-center justify-center rounded-full hover:bg-act-soft"
      >
        <Mark state={station.state} />
      </Button>
      <Popover className="arrive max-w-80 rounded border border-edge bg-card p-4 shadow-lg">
        <Dialog aria-label={name} className="outline-none">
          <p className="font-semibold">
            {t(`station.${station.station}`)}
            {": "}
            {t(`state.${station.state}`)}
          </p>
          <p className="mt-1 text-sm">
            {t(`means.${station.station}`, { from: lane.from.serverName, to: lane.to.serverName })}
          </p>
          <p className="mt-1 text-sm text-quiet">
            {t(`by.${station.by}`)} {station.at === null ? null : <When at={station.at} />}
          </p>
          <Seen detail={station.detail} />
          {look === undefined ? null : (
            <div className="mt-3">
              <OurButton onPress={() => look(lane.to.id)}>{t("lookAgain")}</OurButton>
            </div>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};

const Arrow = ({ back }: { readonly back: boolean }) => {
  const Icon = back ? ChevronLeft : ChevronRight;
  return <Icon size={20} strokeWidth={1.75} aria-hidden className="flex-none text-quiet" />;
};

// An SVG is 300 px wide unless told otherwise: it starts at nothing and grows with the lane.
const Stretch = ({ lit }: { readonly lit: boolean }) => (
  <svg height="6" aria-hidden="true" className="-mx-1 h-1.5 w-0 min-w-3 flex-1" preserveAspectRatio="none">
    <line x1="0" x2="100%" y1="3" y2="3" className={lit ? "lane-lit" : "lane-gap"} />
  </svg>
);

const Lane = ({ lane, back, look }: { readonly lane: LaneView; readonly back: boolean; readonly look: Look }) => {
  const t = useTranslations("trustLine");
  const say = usePhrase();
  const order = back ? lane.stations.toReversed() : lane.stations;
  const label = t("lane", { from: lane.from.serverName, to: lane.to.serverName, status: say(lane.status) });
  const names = (
    <div aria-hidden className={clsx("flex justify-between text-xs text-quiet", back ? "pr-5 pl-5" : "pr-5 pl-5")}>
      {order.map(({ station }) => (
        <span key={station} className="w-14 text-center first:-ml-3.5 last:-mr-3.5">
          {t(`station.${station}`)}
        </span>
      ))}
    </div>
  );
  return (
    <fieldset aria-label={label} data-lane={`${lane.from.serverName}>${lane.to.serverName}`} className="min-w-0">
      {back ? null : names}
      <div className="flex items-center">
        {back ? <Arrow back /> : <span className="w-5 flex-none" />}
        {order.map((station, index) => (
          <div key={station.station} className={clsx("flex min-w-0 items-center", index > 0 && "flex-1")}>
            {index === 0 ? null : <Stretch lit={isLit(order[index - 1]?.state ?? "unknown", station.state)} />}
            <Station station={station} lane={lane} look={look} />
          </div>
        ))}
        {back ? <span className="w-5 flex-none" /> : <Arrow back={false} />}
      </div>
      {back ? names : null}
    </fieldset>
  );
};

const End = ({
  party,
  server,
  right,
}: {
  readonly party: PartyView | undefined;
  readonly server: string;
  readonly right: boolean;
}) => {
  const nameOf = useLocalName();
  return (
    <div className={clsx("min-w-0", right && "md:text-right")}>
      <b className="block text-lg leading-tight font-semibold">
        {party === undefined ? "" : nameOf(party.agency.name)}
      </b>
      <Mono>{server}</Mono>
    </div>
  );
};

/** One door, large: both parties, a lane for each direction, and what each station saw behind it. */
const Door = ({
  there,
  back,
  parties,
  look,
}: {
  readonly there: LaneView;
  readonly back: LaneView | undefined;
  readonly parties: readonly PartyView[];
  readonly look: Look;
}) => {
  const partyOf = (id: string) => parties.find(({ servers }) => servers.some((server) => server.id === id));
  return (
    <div className="grid items-center gap-x-6 gap-y-4 px-6 py-5 md:grid-cols-[1fr_minmax(340px,2fr)_1fr]">
      <End party={partyOf(there.from.id)} server={there.from.serverName} right={false} />
      <div className="flex min-w-0 flex-col gap-3">
        <Lane lane={there} back={false} look={look} />
        {back === undefined ? null : <Lane lane={back} back look={look} />}
      </div>
      <End party={partyOf(there.to.id)} server={there.to.serverName} right />
      <p className="flex flex-wrap justify-center gap-x-6 gap-y-1 text-sm md:col-span-3">
        {[there, back].map((lane) =>
          lane === undefined ? null : (
            <span key={lane.from.id} className="inline-flex flex-wrap items-center gap-2">
              <span className="text-quiet">
                <Mono>{lane.from.serverName}</Mono>
                {" → "}
                <Mono>{lane.to.serverName}</Mono>
              </span>
              <StatusPhrase phrase={lane.status} />
            </span>
          ),
        )}
      </p>
    </div>
  );
};

/** The trust line at the head of an agreement: one door for each pair of servers. `look` asks the server once more. */
export const TrustLine = ({
  lanes,
  parties,
  look,
}: {
  readonly lanes: readonly LaneView[];
  readonly parties: readonly PartyView[];
  readonly look?: (homeserver: string) => void;
}) => {
  const home = new Set(
    parties.filter(({ side }) => side === "home").flatMap(({ servers }) => servers.map(({ id }) => id)),
  );
  const doors = lanes.filter(({ from }) => home.has(from.id));
  return (
    <div className="keep mt-5 divide-y divide-line rounded border border-line bg-card">
      {doors.map((there) => (
        <Door
          key={`${there.from.id}${there.to.id}`}
          there={there}
          back={lanes.find(({ from, to }) => from.id === there.to.id && to.id === there.from.id)}
          parties={parties}
          look={look}
        />
      ))}
    </div>
  );
};
