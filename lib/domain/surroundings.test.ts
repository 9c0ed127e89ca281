import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServerName, type ServerName } from "./server-name.ts";
import { cuttingOf, neighbourState, PATH_OUTCOMES, stationByPath } from "./surroundings.ts";

const name = (text: string): ServerName => {
  const parsed = parseServerName(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};
const [A, B, C] = [name("a.example"), name("b.example"), name("c.example")];
const NONE: ReadonlySet<ServerName> = new Set();

describe("a partner's own probe", () => {
  it("never proves a door open that is to be shut, nor shut that is to be open", () => {
    for (const outcome of PATH_OUTCOMES)
      for (const open of [true, false])
        if (stationByPath(outcome, open) === "reached") expect(outcome === "open").toBe(open);
  });

  it("proves nothing where its own list kept it at home, or the way is broken to a door that is to be shut", () => {
    expect(stationByPath("own_list", true)).toBeUndefined();
    expect(stationByPath("away", false)).toBeUndefined();
    expect(stationByPath("away", true)).toBe("failed");
  });
});

describe("enforcing", () => {
  it("says of each neighbour what becomes of it, an open door before all else", () => {
    const facts = { listed: new Set([A]), asked: new Set([A, B]), cut: new Set([A, B, C]) };
    expect([A, B, C].map((one) => neighbourState(one, facts))).toEqual(["opens", "asked", "cut"]);
    expect(neighbourState(A, { listed: NONE, asked: NONE, cut: NONE })).toBe("undecided");
  });

  it("cuts just the neighbours that are not listed", () => {
    const counts = fc.record({ rooms: fc.nat(99), theirs: fc.nat(99), ours: fc.nat(99) });
    fc.assert(
      fc.property(counts, counts, fc.boolean(), (first, second, listed) => {
        const found = cuttingOf(
          [
            [A, first],
            [B, second],
          ],
          listed ? new Set([A]) : NONE,
        );
        const rest = listed ? [second] : [first, second];
        expect(found).toEqual({
          servers: rest.length,
          rooms: rest.reduce((sum, { rooms }) => sum + rooms, 0),
          ours: rest.reduce((sum, { ours }) => sum + ours, 0),
        });
      }),
    );
  });
});
