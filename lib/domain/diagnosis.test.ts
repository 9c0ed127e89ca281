import { describe, expect, it } from "vitest";
import en from "#lib/messages/en.json" with { type: "json" };
import { answerOf, type Facts, judgeReach } from "./diagnosis.ts";
import { CHECKS, NEXT_STEPS, REASONS } from "./diagnosis-reasons.ts";
import { readRefusal } from "./federation-refusal.ts";
import { instant } from "./instant.ts";
import { parseServerName, type ServerName } from "./server-name.ts";

const named = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(text);
  return name.value;
};
const bare: Facts = {
  now: instant(1_800_000_000_000),
  from: { name: named("a.example"), platform: "synapse" },
  to: { name: named("b.example"), platform: "synapse" },
};

describe("the table of checks", () => {
  it("has for each check a way to pass, or to be unknown, and for each failure something to do", () => {
    for (const check of CHECKS)
      expect(
        Object.values(REASONS).some((row) => row.check === check && row.result === "pass"),
        check,
      ).toBe(true);
    const idle = Object.entries(REASONS).filter(([, row]) => row.result === "fail" && row.next === undefined);
    expect(idle).toEqual([]);
    const used = new Set<string | undefined>(Object.values(REASONS).map(({ next }) => next));
    expect(NEXT_STEPS.filter((step) => !used.has(step))).toEqual([]);
  });

  it("has a sentence for each check, reason and next step, and none besides", () => {
    expect(Object.keys(en.diagnose.reason).toSorted()).toEqual(Object.keys(REASONS).toSorted());
    expect(Object.keys(en.diagnose.next).toSorted()).toEqual([...NEXT_STEPS].toSorted());
    expect(Object.keys(en.diagnose.check).toSorted()).toEqual([...CHECKS].toSorted());
  });

  it("answers nothing about what has not been looked at", () => {
    expect(judgeReach(bare)).toEqual([]);
    expect(answerOf([])).toBe("unknown");
  });

  it("says yes only where the probe was let in and a stranger was not", () => {
    const seen = (partner: "let_in" | "not_listed", stranger: "let_in" | "not_listed" | "no_answer") =>
      answerOf(
        judgeReach({
          ...bare,
          probes: {
            partner: { verdict: partner, raw: "" },
            stranger: { verdict: stranger, raw: "" },
            lookAlike: { verdict: "not_listed", raw: "" },
          },
        }),
      );
    expect(seen("let_in", "not_listed")).toBe("yes");
    expect(seen("let_in", "no_answer")).toBe("unknown");
    expect(seen("let_in", "let_in")).toBe("no");
    expect(seen("not_listed", "not_listed")).toBe("no");
  });
});

describe("a refusal", () => {
  it.each([
    [403, "M_FORBIDDEN", "Federation denied with a.example.", "not_listed"],
    [403, "M_FORBIDDEN", "Federation from this domain is not allowed.", "not_listed"],
    [403, "M_FORBIDDEN", "You are blocked from federating with this server.", "not_listed"],
    [403, undefined, "Federation is not enabled", "federation_off"],
    [403, "M_FORBIDDEN", "Could not process invite due to room being encrypted", "encrypted_room"],
    [403, "M_FORBIDDEN", "Could not process invite due to room being public", "public_room"],
    [400, "M_INCOMPATIBLE_ROOM_VERSION", "Your homeserver does not support the room", "room_version"],
    [401, "M_UNAUTHORIZED", "Missing Authorization headers.", "no_origin"],
    [401, "M_MISSING_ORIGIN", "Missing origin in authorization header.", "no_origin"],
    [401, "M_UNAUTHORIZED", "Destination mismatch in auth header", "other_destination"],
    [401, "M_UNAUTHORIZED", "Invalid or missing signature", "bad_signature"],
    [403, "M_FORBIDDEN", "You are banned from this room", "unread"],
    [502, undefined, undefined, "not_matrix"],
  ] as const)("%i %s «%s» means %s", (status, errcode, error, meaning) => {
    expect(readRefusal({ status, errcode, error })).toBe(meaning);
  });
});
