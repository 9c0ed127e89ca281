import { expect, it } from "vitest";
import type { TermsView } from "#lib/contracts/trust.ts";
import { amendFaults, amendmentOf, draftFrom } from "./amend-draft.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const END = Date.parse("2027-05-31T22:00:00Z");
const attachments = [{ name: "Bilaga 1", digest: `sha256:${"A".repeat(43)}` }];
const TERMS: TermsView = {
  purpose: "Samverkan",
  legalBasis: "instruktion",
  parties: { home: [], partner: [] },
  servers: { home: [], partner: [] },
  start: Date.parse("2026-11-01T07:30:30Z"),
  end: END,
  content: {
    laws: [{ law: "OSL", section: "10 kap. 2 §" }],
    secrecy: { assessment: "låg", by: "jurist" },
    ceiling: 2,
    levelNames: { home: "K2", partner: null },
    personalData: false,
    residency: "sweden",
    trial: false,
    contacts: ["a", "b"],
    conditions: "villkor",
    offlineMs: 5_400_000,
    attachments,
  },
  basis: null,
};
const { levelNames: _frozen, trial: _trial, ...KEPT } = { ...TERMS.content };

it("proposes the very terms in force where nothing was answered anew: each field, each moment, the attachments", () => {
  const draft = draftFrom(TERMS);
  expect(amendFaults(draft, NOW)).toEqual([]);
  expect(amendmentOf(draft, TERMS, "agy_1")).toEqual({
    as: "agy_1",
    purpose: "Samverkan",
    legalBasis: "instruktion",
    start: TERMS.start,
    end: END,
    content: { ...KEPT, ceiling: "2" },
  });
});

it("sends what was answered anew and leaves out what was emptied", () => {
  const draft = { ...draftFrom(TERMS), ceiling: "1", residency: "", conditions: " ", end: "2027-12-31", startTime: "" };
  const { content, start, end } = amendmentOf(draft, TERMS, "agy_1");
  expect([start, end]).toEqual([Date.parse("2026-10-31T23:00:00Z"), Date.parse("2027-12-31T23:00:00Z")]);
  const { residency: _none, conditions: _gone, ...rest } = KEPT;
  expect(content).toEqual({ ...rest, ceiling: "1" });
});

it("keeps a trial and its end as they are, and a trial that is made lasting ends no more", () => {
  const trial = { ...TERMS, content: TERMS.content && { ...TERMS.content, trial: true } };
  const draft = draftFrom(trial);
  expect([draft.end, amendFaults(draft, NOW)]).toEqual(["", []]);
  expect(amendmentOf(draft, trial, "agy_1")).toMatchObject({ end: END, content: { trial: true } });
  const lasting = amendmentOf({ ...draft, trial: false }, trial, "agy_1");
  expect([lasting.end, lasting.content?.trial]).toEqual([undefined, undefined]);
});

it("refuses what a request would be refused for", () => {
  const fields = amendFaults({ ...draftFrom(TERMS), purpose: "", secrecyBy: "", ceiling: "4", end: "2026-01-01" }, NOW);
  expect(fields.map(({ field }) => field)).toEqual(["purpose", "secrecyBy", "ceiling", "end"]);
});
