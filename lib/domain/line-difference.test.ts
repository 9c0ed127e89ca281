import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineDifference } from "./line-difference.ts";

describe("the difference between two texts", () => {
  test("names what was removed and what took its place", () => {
    expect(lineDifference("a\nb\nc", "a\nx\nc\nd").map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "same a",
      "removed b",
      "added x",
      "same c",
      "added d",
    ]);
  });

  test("gives both texts back, whatever they are", () => {
    const text = fc.array(fc.constantFrom("a", "b", "", "c"), { maxLength: 12 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = lineDifference(before, after);
        const without = (kind: string) =>
          changes
            .filter((change) => change.kind !== kind)
            .map((change) => change.text)
            .join("\n");
        expect([without("added"), without("removed")]).toEqual([before, after]);
      }),
    );
  });
});
