import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AllowList,
  changesNothing,
  compileAllowList,
  nextTurn,
  openNames,
  planChange,
  type Reason,
} from "./allow-list.ts";
import { type Instant, instant } from "./instant.ts";
import type { ServerName } from "./server-name.ts";

const server = (name: string): ServerName => name as ServerName;
const names = ["a.example", "b.example", "c.example", "d.example"].map(server);
const at = (ms: number): Instant => instant(ms);
const name = fc.constantFrom(...names);
const reason: fc.Arbitrary<Reason> = fc
  .record({
    id: fc.uuid(),
    pairs: fc.array(fc.tuple(name, name), { maxLength: 4 }),
    from: fc.nat(100),
    length: fc.option(fc.nat(50)),
  })
  .map(({ id, pairs, from, length }) => ({
    id: `agr_${id}`,
    pairs,
    digest: "sha256:x",
    from: at(from),
    ...(length === null ? {} : { until: at(from + length) }),
  }));
const reasons = fc.uniqueArray(reason, { selector: ({ id }) => id, maxLength: 6 });

describe("compileAllowList", () => {
  it("opens a server if and only if a living reason names the pair", () => {
    fc.assert(
      fc.property(reasons, fc.nat(160), (all, now) => {
        for (const self of names) {
          const open = openNames(compileAllowList(self, all, at(now)), at(now));
          for (const other of names) {
            const due = all.some(
              ({ pairs, from, until }) =>
                from <= now &&
                (until === undefined || now < until) &&
                pairs.some((pair) => self !== other && pair.includes(self) && pair.includes(other)),
            );
            expect(open.has(other)).toBe(due);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("opens the same doors from both ends", () => {
    fc.assert(
      fc.property(reasons, fc.nat(160), (all, now) => {
        const lists = new Map(names.map((self) => [self, openNames(compileAllowList(self, all, at(now)), at(now))]));
        for (const a of names) for (const b of names) expect(lists.get(a)?.has(b)).toBe(lists.get(b)?.has(a));
      }),
    );
  });

  it("is the same list whatever order the reasons come in", () => {
    fc.assert(
      fc.property(reasons, (all) => {
        for (const self of names) {
          expect(compileAllowList(self, all.toReversed(), at(0))).toEqual(compileAllowList(self, all, at(0)));
        }
      }),
    );
  });

  it("ending one reason never shuts a door that another holds open", () => {
    const pair = [[server("a.example"), server("b.example")]] as const;
    const one: Reason = { id: "agr_1", pairs: pair, digest: "sha256:x", from: at(0), until: at(10) };
    const two: Reason = { id: "agr_2", pairs: pair, digest: "sha256:y", from: at(0) };
    const list = compileAllowList(server("a.example"), [one, two], at(5));
    expect(list[0]?.reasons.map(({ id }) => id)).toEqual(["agr_1", "agr_2"]);
    expect(openNames(list, at(50)).has(server("b.example"))).toBe(true);
  });

  it("turns exactly at the next moment it names", () => {
    fc.assert(
      fc.property(reasons, fc.nat(150), (all, now) => {
        const list: AllowList = compileAllowList(server("a.example"), all, at(now));
        const turn = nextTurn(list, at(now));
        const until = turn === undefined ? 200 : turn - 1;
        expect(openNames(list, at(Math.max(now, until)))).toEqual(openNames(list, at(now)));
      }),
    );
  });
});

describe("planChange", () => {
  it("takes one set of names to the other, and nothing to nothing", () => {
    const set = fc.uniqueArray(name).map((each) => new Set(each));
    fc.assert(
      fc.property(set, set, (before, after) => {
        const plan = planChange(before, after);
        expect(before.difference(new Set(plan.remove)).union(new Set(plan.add))).toEqual(after);
        expect(changesNothing(planChange(after, after))).toBe(true);
      }),
    );
  });
});
