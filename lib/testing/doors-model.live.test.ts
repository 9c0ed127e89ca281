import { describe, expect, test } from "vitest";
import { type Compile, compileAsWorker, runDoorsModel } from "./doors-model.ts";

describe("random sequences of requests, consents, suspensions, ends, stops and time", () => {
  test("A's list names B if and only if both consented and nothing forbids it, and both lists agree", () => {
    expect(runDoorsModel(150, 20_261_123)).toEqual({ runs: 150, seed: 20_261_123, failure: undefined });
  });

  const FORGETFUL: Readonly<Record<string, Compile>> = {
    "a stop": (self, agreements, _stops, now) => compileAsWorker(self, agreements, [], now),
    "a suspension": (self, agreements, stops, now) =>
      compileAsWorker(
        self,
        agreements.map((each) => ({ ...each, decisions: each.decisions.filter(({ kind }) => kind !== "suspend") })),
        stops,
        now,
      ),
    "the second approver": (self, agreements, stops, now) =>
      compileAsWorker(
        self,
        agreements.map((each) => ({
          ...each,
          parties: each.parties.map((party) => ({ ...party, approversRequired: 1 })),
        })),
        stops,
        now,
      ),
  };
  test.each(Object.keys(FORGETFUL))("the run finds a compiler that forgets %s", (what) => {
    expect(runDoorsModel(1_500, 7, FORGETFUL[what]).failure).toMatch(/the product says true, the rules say false/);
  });
});
