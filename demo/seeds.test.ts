import { expect, test } from "vitest";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { parseIdentifier } from "#lib/domain/identifier.ts";
import { seedAgencies } from "./seeds.ts";

test.each([12, 1_000, 10_000])("%i seeded agencies have valid, different organisation numbers and names", (count) => {
  const agencies = seedAgencies(count);
  expect(agencies).toHaveLength(count);
  expect(agencies.filter(({ identifier }) => !parseIdentifier("orgnr", identifier).ok)).toEqual([]);
  expect(new Set(agencies.map(({ identifier }) => identifier)).size).toBe(count);
  expect(new Set(agencies.map(({ nameSv }) => nameSv)).size).toBe(count);
});

test("the demo's twelve are of every member class, one is suspended and one is only invited", () => {
  const agencies = seedAgencies(12);
  expect(new Set(agencies.map(({ memberClass }) => memberClass))).toEqual(new Set(MEMBER_CLASSES));
  expect(agencies.filter(({ state }) => state !== "active").map(({ state }) => state)).toEqual([
    "suspended",
    "invited",
  ]);
});

test("every seeded agency has an incident contact, as an active agency must", () => {
  expect(seedAgencies(12).filter(({ contacts }) => !contacts.some(({ kind }) => kind === "incident"))).toEqual([]);
});

test("the same agencies are made each time", () => {
  expect(seedAgencies(40)).toEqual(seedAgencies(40));
});
