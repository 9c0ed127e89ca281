// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, it } from "vitest";
import type { AgreementSummary } from "#lib/contracts/trust.ts";
import { STATIONS } from "#lib/domain/statuses.ts";
import sv from "#lib/messages/sv.json" with { type: "json" };
import { AgreementRows } from "./agreement-rows.tsx";

afterEach(cleanup);

const AT = Date.parse("2027-03-01T09:00:00Z");
const party = (side: "home" | "partner", name: string): AgreementSummary["parties"][number] => ({
  agency: { id: `agy_${side}`, name: { sv: name, en: name }, identifier: "202990-0004" },
  side,
  servers: [{ id: `hs_${side}`, serverName: `chat.${side}.example` }],
  approversRequired: 1,
  suspended: false,
  stopped: false,
  awaitingReconsent: false,
});
const reached = STATIONS.map((station) => ({ station, state: "reached", at: AT, by: "probe", detail: null }) as const);
const agreement = (more: Partial<AgreementSummary>): AgreementSummary => ({
  id: "agr_1",
  version: 3,
  stage: "agreed",
  closedBy: null,
  status: "in_force",
  phase: "within",
  parties: [party("home", "Hemverket"), party("partner", "Partnerverket")],
  purpose: "Samverkan",
  start: null,
  end: null,
  createdAt: AT,
  agreedAt: AT,
  closedAt: null,
  lanes: [],
  mine: "home",
  allowed: [],
  ...more,
});
const shown = (more: Partial<AgreementSummary>) =>
  render(
    <NextIntlClientProvider locale="sv" messages={sv} timeZone="Europe/Stockholm">
      <AgreementRows agreements={[agreement(more)]} />
    </NextIntlClientProvider>,
  );

it("says until revoked of what holds, and never of what is revoked: that says when it ended", () => {
  shown({});
  expect(screen.queryByText(sv.agreements.untilRevoked)).not.toBeNull();
  cleanup();
  shown({ stage: "closed", closedBy: "revoke", status: "shut", closedAt: AT });
  expect(screen.queryByText(sv.agreements.untilRevoked)).toBeNull();
  expect(screen.queryByText("avslutad 2027-03-01")).not.toBeNull();
});

it("says the last day of an agreement whose end is the midnight after", () => {
  shown({ end: Date.parse("2027-05-31T22:00:00Z") });
  expect(screen.queryByText(/2027-05-31/)).not.toBeNull();
  expect(screen.queryByText(/2027-06-01/)).toBeNull();
});

it("draws the lanes that came with the list, and asks for none one by one", () => {
  const ref = (side: string) => ({ id: `hs_${side}`, serverName: `chat.${side}.example` });
  const lane = {
    from: ref("home"),
    to: ref("partner"),
    status: "in_force" as const,
    stations: [...reached],
    path: null,
  };
  // There is no query client here: a row that asked would throw.
  const { container } = shown({ lanes: [lane, { ...lane, from: ref("partner"), to: ref("home") }] });
  expect(container.querySelectorAll(".station-reached")).toHaveLength(8);
});
