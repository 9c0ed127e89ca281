import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FIX_CODES } from "#lib/domain/directory.ts";
import en from "./en.json" with { type: "json" };
import sv from "./sv.json" with { type: "json" };

const LIB = join(import.meta.dirname, "..");
/** The codes that stand as text in the rooms that find homeservers; the types hold that they are of the union. */
const produced = () => {
  const files = globSync(["matrix/**/*.ts", "reconcile/**/*.ts"], { cwd: LIB }).filter(
    (file) => !file.includes(".test."),
  );
  const texts = files.map((file) => readFileSync(join(LIB, file), "utf8")).join("\n");
  return new Set([...texts.matchAll(/"(fix_[a-z_]+)"/g)].map(([, code]) => code));
};

it("has a sentence in both languages for each way to mend that a homeserver's page can name, and for no other", () => {
  for (const texts of [sv, en]) expect(Object.keys(texts.fixes).toSorted()).toEqual([...FIX_CODES].toSorted());
});

it("names each way to mend that is really produced, and none that is not", () => {
  expect([...produced()].toSorted()).toEqual([...FIX_CODES].toSorted());
});
