// @vitest-environment jsdom
import { cleanup, render, screen, within } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, it } from "vitest";
import type { LaneView, PartyView } from "#lib/contracts/trust.ts";
import { STATIONS, type StationState } from "#lib/domain/statuses.ts";
import sv from "#lib/messages/sv.json" with { type: "json" };
import { together } from "./mini-line.tsx";
import { phraseOf } from "./status.ts";
import { TrustLine } from "./trust-line.tsx";

afterEach(cleanup);

const FV = { id: "hs_1", serverName: "chat.fv.example" };
const TS = { id: "hs_2", serverName: "chat.ts.example" };

const lane = (
  from: typeof FV,
  to: typeof FV,
  states: readonly StationState[],
  status: LaneView["status"],
): LaneView => ({
  from,
  to,
  status,
  stations: STATIONS.map((station, index) => ({
    station,
    state: states[index] ?? "unknown",
    at: 1_795_000_000_000,
    by: station === "desired" ? "portal" : station === "observed" ? "probe" : "homeserver",
    detail: null,
  })),
  path: null,
});

const party = (side: "home" | "partner", server: typeof FV, name: string): PartyView => ({
  agency: { id: `agy_${side}`, name: { sv: name, en: name }, identifier: "202990-0004" },
  side,
  servers: [server],
  approversRequired: 1,
  suspended: false,
  stopped: false,
  awaitingReconsent: false,
});
const PARTIES = [party("home", FV, "Försäkringsverket"), party("partner", TS, "Trafikstyrelsen")];
const ALL: readonly StationState[] = ["reached", "reached", "reached", "reached"];

const show = (lanes: readonly LaneView[]) =>
  render(
    <NextIntlClientProvider locale="sv" messages={sv} timeZone="Europe/Stockholm">
      <TrustLine lanes={lanes} parties={PARTIES} />
    </NextIntlClientProvider>,
  );

it("names each lane by its phrase, so that the picture is decoration", () => {
  show([lane(FV, TS, ALL, "in_force"), lane(TS, FV, ["reached", "failed", "not_yet", "not_yet"], "differs")]);
  expect(screen.getByRole("group", { name: "Från chat.fv.example till chat.ts.example: i kraft" })).toBeDefined();
  expect(screen.getByRole("group", { name: "Från chat.ts.example till chat.fv.example: avviker" })).toBeDefined();
});

it("draws a stretch lit only between two stations that are reached", () => {
  const { container } = show([lane(FV, TS, ["reached", "reached", "failed", "not_yet"], "differs")]);
  expect(container.querySelectorAll("line.lane-lit")).toHaveLength(1);
  expect(container.querySelectorAll("line.lane-gap")).toHaveLength(2);
});

it("runs the way back from right to left", () => {
  show([lane(FV, TS, ALL, "in_force"), lane(TS, FV, ["reached", "reached", "not_yet", "not_yet"], "on_its_way")]);
  const back = screen.getByRole("group", { name: /^Från chat.ts.example/ });
  const stations = within(back)
    .getAllByRole("button")
    .map((button) => button.dataset["station"]);
  expect(stations).toEqual(["observed:not_yet", "effective:not_yet", "stored:reached", "desired:reached"]);
});

it("draws several lanes in one direction as good as the weakest", () => {
  const weak = lane(FV, TS, ["reached", "reached", "unknown", "not_yet"], "stale");
  expect(together([lane(FV, TS, ALL, "in_force"), weak])).toEqual(["reached", "reached", "unknown", "not_yet"]);
});

const AGREED = { stage: "agreed", closedBy: null, phase: "within", parties: PARTIES } as const;

it("says in force only when it was measured, never because it was agreed", () => {
  expect(phraseOf({ ...AGREED, status: "on_its_way" })).toBe("on_its_way");
  expect(phraseOf({ ...AGREED, stage: "offered", status: "in_force" })).toBe("offered");
  expect(phraseOf({ ...AGREED, status: "in_force" })).toBe("in_force");
});

it("tells a revoked agreement whose door is still open by what was measured", () => {
  expect(phraseOf({ ...AGREED, stage: "closed", closedBy: "revoke", status: "differs" })).toBe("differs");
  expect(phraseOf({ ...AGREED, stage: "closed", closedBy: "revoke", status: "shut" })).toBe("revoke");
});
