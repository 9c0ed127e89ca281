import { expect, it } from "vitest";
import { type Draft, endOfDay, faultsOf, requestOf, requestsOf, startOfDay } from "./draft.ts";
import { EMPTY_CONTENT } from "./draft-content.ts";

const DRAFT: Draft = {
  ...EMPTY_CONTENT,
  partner: "agy_1",
  also: [],
  purpose: " olycksutredning norr ",
  legalBasis: "",
  homeServers: undefined,
  partnerServers: undefined,
  start: "",
  end: "",
};
const NOW = Date.parse("2026-11-23T12:00:00Z");
const fields = (draft: Partial<Draft>): string[] => faultsOf({ ...DRAFT, ...draft }, NOW).map(({ field }) => field);

it("begins and ends a day by Sweden's clocks, in winter and in summer", () => {
  expect(new Date(startOfDay("2026-12-01")).toISOString()).toBe("2026-11-30T23:00:00.000Z");
  expect(new Date(startOfDay("2027-06-01")).toISOString()).toBe("2027-05-31T22:00:00.000Z");
  expect([startOfDay(""), endOfDay("")]).toEqual([Number.NaN, Number.NaN]);
  expect(new Date(endOfDay("2027-05-31")).toISOString()).toBe("2027-05-31T22:00:00.000Z");
});

it("begins the day on which the clocks change at its own midnight", () => {
  expect(new Date(startOfDay("2027-03-28")).toISOString()).toBe("2027-03-27T23:00:00.000Z");
  expect(new Date(startOfDay("2027-10-31")).toISOString()).toBe("2027-10-30T22:00:00.000Z");
});

it("finds what is missing in the order of the questions", () => {
  expect(fields({ partner: "", purpose: " ", homeServers: [], end: "2026-11-01" })).toEqual([
    "partner",
    "purpose",
    "homeServers",
    "end",
  ]);
});

it("refuses an end before the start, and a date that does not exist", () => {
  expect(fields({ start: "2027-02-01", end: "2027-01-01" })).toEqual(["end"]);
  expect(fields({ start: "2027-02-31" })).toEqual(["start"]);
});

it("sends what was answered and leaves out what was not", () => {
  expect(requestOf(DRAFT, "agy_0")).toEqual({ as: "agy_0", partner: "agy_1", purpose: "olycksutredning norr" });
});

it("sends the same to each that is to be asked, with all of their servers, and no list where one is asked", () => {
  expect(requestsOf(DRAFT, "agy_0")).toBeUndefined();
  expect(requestsOf({ ...DRAFT, partnerServers: ["hs_1"], also: ["agy_1", "agy_2"] }, "agy_0")).toEqual({
    as: "agy_0",
    partners: ["agy_1", "agy_2"],
    purpose: "olycksutredning norr",
  });
});
