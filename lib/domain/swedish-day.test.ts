import { expect, test } from "vitest";
import { dayStartInSweden } from "./swedish-day.ts";

const shown = (text: string, days?: number): string => {
  const at = dayStartInSweden(text, days);
  return at === undefined ? "none" : new Date(at).toISOString();
};

test("a day begins at midnight by Sweden's clocks, in winter, in summer and on the days the clocks change", () => {
  expect(shown("2026-01-15")).toBe("2026-01-14T23:00:00.000Z");
  expect(shown("2026-07-01")).toBe("2026-06-30T22:00:00.000Z");
  expect([shown("2026-03-29"), shown("2026-03-29", 1)]).toEqual([
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
  expect([shown("2026-10-25"), shown("2026-10-25", 1)]).toEqual([
    "2026-10-24T22:00:00.000Z",
    "2026-10-25T23:00:00.000Z",
  ]);
});

test("a leap day is a day in a leap year, and nothing else is a day", () => {
  expect(shown("2028-02-29")).toBe("2028-02-28T23:00:00.000Z");
  expect(["2027-02-29", "2026-13-01", "2026-1-1", "29/3/2026", "", "1969-01-01"].map((text) => shown(text))).toEqual(
    Array.from({ length: 6 }, () => "none"),
  );
});
