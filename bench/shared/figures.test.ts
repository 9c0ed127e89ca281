import { expect, test } from "vitest";
import { figure, quantile } from "./figures.ts";

test("a figure stands beside the floor of the same run, and its goal is judged by the ratio", () => {
  const goal = { text: "≤ 1.5×", holds: (_: number, ratio: number | null) => ratio !== null && ratio <= 1.5 };
  expect(figure("opens", { value: 30, unit: "ms", floor: 20 }, goal)).toMatchObject({ ratio: 1.5, holds: true });
  expect(figure("opens", { value: 31, unit: "ms", floor: 20 }, goal)).toMatchObject({ ratio: 1.55, holds: false });
  expect(figure("memory", { value: 3, unit: "MB" }, { text: "printed", holds: null })).toMatchObject({
    floor: null,
    ratio: null,
    holds: null,
  });
});

test("a quantile is a sample that was seen, not a mean of two", () => {
  const samples = Array.from({ length: 20 }, (_, at) => 20 - at);
  expect(quantile(samples, 0.95)).toBe(19);
  expect(quantile(samples, 0.5)).toBe(10);
  expect(quantile([7], 0.95)).toBe(7);
});
