import { expect, it } from "vitest";
import { startOfDay } from "./draft.ts";
import { contentFaults, contentOf, type DraftContent, EMPTY_CONTENT, startOf } from "./draft-content.ts";

const faults = (draft: Partial<DraftContent & { start: string; end: string }>) =>
  contentFaults({ ...EMPTY_CONTENT, start: "", end: "", ...draft }).map(({ field }) => field);

it("sends nothing of the content where nothing was answered, and what was answered as the interface takes it", () => {
  expect(contentOf(EMPTY_CONTENT)).toEqual({});
  expect(
    contentOf({ ...EMPTY_CONTENT, ceiling: "2", personalData: "no", offline: "24", contacts: " a \n\n b " }),
  ).toEqual({ content: { ceiling: "2", personalData: false, offlineMs: 86_400_000, contacts: ["a", "b"] } });
});

it("refuses what the portal would refuse: an unsigned assessment, the top level, an hour without a day, a long trial", () => {
  expect(faults({ secrecy: "ingen" })).toEqual(["secrecyBy"]);
  expect(faults({ ceiling: "4" })).toEqual(["ceiling"]);
  expect(faults({ ceiling: "protected" })).toEqual(["ceiling"]);
  expect(faults({ startTime: "08:30" })).toEqual(["startTime"]);
  expect(faults({ start: "2027-01-01", startTime: "25:00" })).toEqual(["startTime"]);
  expect(faults({ trial: true, end: "2027-01-01" })).toEqual(["end"]);
});

it("begins at the hour on Sweden's clocks, also on the days when they change", () => {
  const at = (start: string, startTime: string) => new Date(startOf({ start, startTime }, startOfDay)).toISOString();
  expect(at("2027-01-15", "08:30")).toBe("2027-01-15T07:30:00.000Z");
  expect(at("2027-03-28", "08:30")).toBe("2027-03-28T06:30:00.000Z");
  expect(at("2027-10-31", "08:30")).toBe("2027-10-31T07:30:00.000Z");
});
