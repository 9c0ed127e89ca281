import { describe, expect, test } from "vitest";
import { DAY, HOUR, type Instant, instant, later, MINUTE } from "./instant.ts";
import { judgeProof, nextLookAt, type Proof } from "./name-proof.ts";

const T: Instant = instant(1_795_000_000_000);
const MISSING: Proof = { state: "missing", provenAt: undefined, failingSince: undefined };
const PROVEN: Proof = { state: "proven", provenAt: T, failingSince: undefined };
const absent = { kind: "absent", code: "not_there" } as const;
const away = { kind: "away", code: "timeout" } as const;

describe("the proof of a name", () => {
  test("is given by a token that is found, and dates from the first finding", () => {
    const first = judgeProof(MISSING, { kind: "found", at: "dns" }, T);
    expect(first).toEqual(PROVEN);
    expect(judgeProof(first, { kind: "found", at: "well_known" }, later(T, DAY)).provenAt).toBe(T);
  });

  test("was never lost by a name that never had it", () => {
    expect(judgeProof(MISSING, absent, later(T, 365 * DAY))).toEqual(MISSING);
  });

  test("is lost only after a day without the token, or a week without an answer", () => {
    const lostAfter = (seen: typeof absent | typeof away, ms: number) =>
      judgeProof(judgeProof(PROVEN, seen, T), seen, later(T, ms)).state;
    expect([lostAfter(absent, DAY - 1), lostAfter(absent, DAY)]).toEqual(["proven", "lost"]);
    expect([lostAfter(away, 7 * DAY - 1), lostAfter(away, 7 * DAY)]).toEqual(["proven", "lost"]);
  });

  test("that was lost comes back with the token, dated anew", () => {
    const lost: Proof = { state: "lost", provenAt: T, failingSince: T };
    const again = later(T, 30 * DAY);
    expect(judgeProof(lost, absent, again)).toEqual(lost);
    expect(judgeProof(lost, { kind: "found", at: "dns" }, again)).toEqual({ ...PROVEN, provenAt: again });
  });

  test("is looked for every minute on the first day, then hourly, twice a day once proven, and for ever", () => {
    const wait = (held: Proof, after: number) => nextLookAt(held, T, later(T, after)) - later(T, after);
    expect(wait(MISSING, 0)).toBe(MINUTE);
    expect(wait(MISSING, DAY)).toBe(HOUR);
    expect(wait(PROVEN, 9_999 * DAY)).toBe(12 * HOUR);
    expect(wait({ ...PROVEN, failingSince: T }, HOUR)).toBe(10 * MINUTE);
    expect(wait({ ...PROVEN, state: "lost", failingSince: T }, 2 * DAY)).toBe(HOUR);
  });
});
