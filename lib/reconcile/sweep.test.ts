import { expect, it } from "vitest";
import { nextSweepIn } from "./sweep.ts";

it("sweeps begin a tenth before or after their time, never all at once", () => {
  expect(nextSweepIn(60, 0)).toBe(54_000);
  expect(nextSweepIn(60, 0.5)).toBe(60_000);
  expect(nextSweepIn(60, 0.999_999)).toBe(66_000);
});
