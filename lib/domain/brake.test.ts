import { describe, expect, it } from "vitest";
import type { AllowList } from "./allow-list.ts";
import { brake, DOUBLING_FLOOR } from "./brake.ts";
import { instant } from "./instant.ts";
import type { ServerName } from "./server-name.ts";

const listOf = (count: number, from = 0): AllowList =>
  Array.from({ length: count }, (_, at) => ({
    server: `s${String(at + from).padStart(4, "0")}.example` as ServerName,
    reasons: [{ id: `agr_${at + from}`, digest: "sha256:x", from: instant(0) }],
  }));
const idsOf = (list: AllowList): ReadonlySet<string> =>
  new Set(list.flatMap(({ reasons }) => reasons.map(({ id }) => id)));
const nothing: ReadonlySet<string> = new Set();
const verdict = (
  last: AllowList | undefined,
  next: AllowList,
  more: { ended?: ReadonlySet<string>; consented?: ReadonlySet<string>; sourceComplete?: boolean } = {},
) =>
  brake({
    last,
    next,
    ended: more.ended ?? nothing,
    consented: more.consented ?? nothing,
    sourceComplete: more.sourceComplete ?? true,
  });

describe("brake", () => {
  it("lets every explained removal pass at once, all of them included", () => {
    expect(verdict(listOf(40), [], { ended: idsOf(listOf(40)) })).toMatchObject({
      held: false,
      plan: { remove: { length: 40 } },
    });
  });

  it("holds a single removal that nothing explains", () => {
    expect(verdict(listOf(3), listOf(2))).toMatchObject({
      held: true,
      why: "unexplained_removals",
      names: ["s0002.example"],
    });
  });

  it("holds a name that still has one unexplained reason", () => {
    const [entry] = listOf(1);
    const two: AllowList =
      entry === undefined
        ? []
        : [{ ...entry, reasons: [...entry.reasons, { id: "agr_other", digest: "sha256:y", from: instant(0) }] }];
    expect(verdict(two, [], { ended: new Set(["agr_0"]) })).toMatchObject({ held: true });
  });

  it("holds an empty list whose emptiness nothing explains, and a source that was not read whole", () => {
    expect(verdict(listOf(5), [])).toMatchObject({ held: true, why: "source_empty" });
    expect(verdict(listOf(5), listOf(5), { sourceComplete: false })).toMatchObject({
      held: true,
      why: "source_degraded",
    });
  });

  it.each([
    [DOUBLING_FLOOR - 1, 3 * DOUBLING_FLOOR, false],
    [DOUBLING_FLOOR, 2 * DOUBLING_FLOOR - 1, false],
    [DOUBLING_FLOOR, 2 * DOUBLING_FLOOR, false],
    [DOUBLING_FLOOR, 2 * DOUBLING_FLOOR + 1, true],
  ])("from %i names to %i: held is %s", (before, after, held) => {
    expect(verdict(listOf(before), listOf(after)).held).toBe(held);
  });

  it("lets a list double when consents explain each addition", () => {
    const next = listOf(60);
    expect(verdict(listOf(20), next, { consented: idsOf(next) }).held).toBe(false);
  });

  it("lets a server's first list pass", () => {
    expect(verdict(undefined, listOf(40)).held).toBe(false);
  });
});
