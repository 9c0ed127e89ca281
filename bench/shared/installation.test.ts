import { expect, test } from "vitest";
import { installedIn } from "./installation.ts";

test("a step that the launcher made is read with its seconds, and no other line is", () => {
  expect(installedIn("tillit: npm packages: done in 41.3 s")).toEqual({ step: "npm packages", seconds: 41.3 });
  expect(installedIn("tillit: npm packages …")).toBeUndefined();
  expect(installedIn("added 500 packages in 41 s")).toBeUndefined();
});
