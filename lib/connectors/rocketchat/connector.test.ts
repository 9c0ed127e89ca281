import { describe, expect, it } from "vitest";
import { connectorContract } from "../contract.ts";
import { ROCKETCHAT_LIMITS } from "./connector.ts";
import { firstBroken, VENDOR_LAWS } from "./laws.fixture.ts";
import { type Row, readTable, type Table } from "./simulator/table.ts";
import { simulatedRocketChat, startRocketChat } from "./subject.fixture.ts";

connectorContract("rocketchat (simulated)", ROCKETCHAT_LIMITS, startRocketChat());

describe("the rocketchat connector, beside the contract", () => {
  for (const law of VENDOR_LAWS) it(law.name, () => law.run(simulatedRocketChat()));
});

type Surface = "federation" | "rest";
const TABLE = readTable();
const withRows = (surface: Surface, rows: readonly Row[]): Table => ({ ...TABLE, [surface]: rows });
const rowsOf = (surface: Surface): readonly (readonly [Surface, number, string])[] =>
  TABLE[surface].map(({ check }, at) => [surface, at, check] as const);
const ROWS = [...rowsOf("federation"), ...rowsOf("rest")];
const replaced = (surface: Surface, at: number, row: Partial<Row>): Table =>
  withRows(
    surface,
    TABLE[surface].map((each, index) => (index === at ? { ...each, ...row } : each)),
  );

/** Swaps that no request can tell apart: each pair answers the same, or asks about different things. */
const SAME_EITHER_WAY = new Set(["disabled/unlicensed", "key/version", "get/post"]);
const SWAPS = (["federation", "rest"] as const).flatMap((surface) =>
  TABLE[surface].flatMap(({ check }, at) => {
    const next = TABLE[surface][at + 1];
    const pair = `${check}/${next?.check}`;
    return next === undefined || SAME_EITHER_WAY.has(pair) ? [] : [[surface, at, pair] as const];
  }),
);

describe("the simulator's README", () => {
  it("states every check, and the laws hold as it stands", async () => {
    expect(TABLE.federation.length).toBe(9);
    expect(TABLE.rest.length).toBe(10);
    expect(Object.keys(TABLE.rules)).toEqual(["cache", "rate-count", "rate-window", "matching", "empty-list"]);
    expect(await firstBroken(TABLE)).toBeUndefined();
  });

  it.each(ROWS)("%s row %i (%s): another status breaks a law", async (surface, at) => {
    expect(await firstBroken(replaced(surface, at, { status: 418 }))).toBeDefined();
  });

  it.each(ROWS)("%s row %i (%s): another body breaks a law", async (surface, at) => {
    expect(await firstBroken(replaced(surface, at, { body: `{"changed":true}` }))).toBeDefined();
  });

  it.each(ROWS)("%s row %i (%s): without it a law breaks", async (surface, at) => {
    const rows = TABLE[surface].filter((_, index) => index !== at);
    expect(await firstBroken(withRows(surface, rows))).toBeDefined();
  });

  it.each(SWAPS)("%s rows from %i (%s): the other order breaks a law", async (surface, at) => {
    const rows = [...TABLE[surface]];
    const [first, second] = [rows[at], rows[at + 1]];
    if (first === undefined || second === undefined) throw new Error("no such rows");
    rows.splice(at, 2, second, first);
    expect(await firstBroken(withRows(surface, rows))).toBeDefined();
  });

  it.each([
    ["cache", "120000"],
    ["cache", "30000"],
    ["rate-count", "5"],
    ["rate-count", "100"],
    ["rate-window", "120000"],
    ["matching", "suffix"],
    ["empty-list", "closed"],
  ])("rule %s: %s breaks a law", async (name, value) => {
    expect(await firstBroken({ ...TABLE, rules: { ...TABLE.rules, [name]: value } })).toBeDefined();
  });
});
