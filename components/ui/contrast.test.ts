import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../../app/globals.css"), "utf8");

/** The role tokens of one scheme, as the first block that begins so writes them. */
const tokensAfter = (start: string): ReadonlyMap<string, string> => {
  const from = css.indexOf(start);
  const block = css.slice(from, css.indexOf("}", from));
  return new Map(
    [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = "", colour = ""]) => [name, colour]),
  );
};

// Relative luminance and contrast ratio, WCAG 2.2.
const channel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const luminance = (colour: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => channel(Number.parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

const TEXT = ["ink", "quiet", "act", "force", "way", "stop"];
const GROUNDS = ["paper", "card"];
/** Text on a ground of its own. */
const PAIRS = [
  ["on-act", "act"],
  ["act", "act-soft"],
  ["force", "force-soft"],
  ["stop", "stop-soft"],
  ["way", "way-soft"],
  ["ink", "act-soft"],
  ["ink", "way-soft"],
  ["ink", "stop-soft"],
  ["ink", "force-soft"],
  ["paper", "ink"],
  ...TEXT.flatMap((text) => GROUNDS.map((ground) => [text, ground])),
];

describe.each([
  ["light", ":root {"],
  ["dark", ':root:not([data-theme="light"]) {'],
])("%s", (_scheme, start) => {
  const tokens = tokensAfter(start);
  const ratio = (a = "", b = ""): number => contrast(tokens.get(a) ?? "", tokens.get(b) ?? "");

  it.each(PAIRS)("reads %s on %s at 4.5:1 or better", (text, ground) => {
    expect(ratio(text, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(GROUNDS)("shows the edge of a field on %s at 3:1 or better", (ground) => {
    expect(ratio("edge", ground)).toBeGreaterThanOrEqual(3);
  });
});

it("knows black on white, and tells a faint pair", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#aaaaaa", "#ffffff")).toBeLessThan(4.5);
});
