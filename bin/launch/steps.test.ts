import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { atLeast, hashOf, once, ROOT } from "./steps.mjs";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(ROOT, ".launch-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const inside = (name: string): string => relative(ROOT, join(folder, name));

test("versions are compared by number, not by letter", () => {
  expect(atLeast("20.19.0", "20.19")).toBe(true);
  expect(atLeast("v22.2.0", "22.18")).toBe(false);
  expect(atLeast("24.0.0", "22.18")).toBe(true);
  expect(atLeast("3.9.20", "3.10")).toBe(false);
});

test("a step is done once for the same inputs, and again when they change", async () => {
  let times = 0;
  const work = async (): Promise<void> => {
    times += 1;
  };
  await once(inside("stamp"), "a", "work", work);
  await once(inside("stamp"), "a", "work", work);
  expect(times).toBe(1);
  await once(inside("stamp"), "b", "work", work);
  expect(times).toBe(2);
});

test("a step that failed is done again", async () => {
  const fail = async (): Promise<void> => {
    throw new Error("no network");
  };
  await expect(once(inside("failed"), "a", "work", fail)).rejects.toThrow("no network");
  let done = false;
  await once(inside("failed"), "a", "work", async () => {
    done = true;
  });
  expect(done).toBe(true);
});

test("the hash of a folder follows its sources and not its tests", () => {
  writeFileSync(join(folder, "a.ts"), "1");
  const before = hashOf(inside(""));
  writeFileSync(join(folder, "a.test.ts"), "1");
  expect(hashOf(inside(""))).toBe(before);
  writeFileSync(join(folder, "a.ts"), "2");
  expect(hashOf(inside(""))).not.toBe(before);
});
