import { describe, expect, it } from "vitest";
import { idOf } from "./ids.ts";
import { DAY, HOUR, type Instant, instant } from "./instant.ts";
import {
  DIGEST_HOURS,
  endingTold,
  howOf,
  lastDigestAt,
  MOST_MAIL_ATTEMPTS,
  mailIsDue,
  NO_CHOICES,
  NOTICE_KINDS,
  NOTICES,
  nextMailIn,
  tidingsOf,
} from "./notices.ts";

const at = (text: string): Instant => instant(Date.parse(text));
const A = idOf("agy", "00000000-0000-7000-8000-00000000000a");
const B = idOf("agy", "00000000-0000-7000-8000-00000000000b");
const NOW = at("2026-11-23T12:00:00Z");

const trust = { agreed: false, digest: "sha256:x", waitsFor: [B], concerns: [A, B], requestedBy: undefined };
const event = { subject: "agr_1", agencyIds: [A, B], outcome: "done" } as const;

describe("what is told", () => {
  it("goes to each agency whose word is awaited, and once for the same terms", () => {
    const first = tidingsOf({ ...event, kind: "trust.endorse", trust }, "t1", NOW);
    expect(first.tell).toEqual([
      { kind: "decide", cause: `decide:agr_1:sha256:x:${B}`, subject: "agr_1", agencies: [B], except: undefined },
    ]);
    const again = tidingsOf({ ...event, kind: "trust.endorse", trust }, "t2", NOW);
    expect(again.tell).toEqual(first.tell);
  });
  it("no longer waits for who has decided, and says so", () => {
    const { settle, tell } = tidingsOf(
      { ...event, kind: "trust.accept", trust: { ...trust, agreed: true, waitsFor: [] } },
      "t",
      NOW,
    );
    expect(settle).toEqual([{ kinds: ["decide", "unanswered"], subject: "agr_1", stillFor: [] }]);
    expect(tell.map(({ kind, agencies }) => [kind, agencies])).toEqual([["agreed", [A, B]]]);
  });
  it("is nothing where an act was refused", () => {
    expect(tidingsOf({ ...event, kind: "trust.revoke", outcome: "refused", trust }, "t", NOW)).toEqual({
      tell: [],
      settle: [],
    });
  });
  it("of one server's drift is at most once a day, of two acts twice", () => {
    const causes = (kind: "drift.found" | "trust.revoke") =>
      new Set(
        [NOW, instant(NOW + 1_000)].flatMap((now) =>
          tidingsOf({ ...event, kind }, String(now), now).tell.map(({ cause }) => cause),
        ),
      ).size;
    expect([causes("drift.found"), causes("trust.revoke")]).toEqual([1, 2]);
  });
});

describe("how it is mailed", () => {
  it("is as chosen, but what must be told is never put away", () => {
    const none = { digestHour: 7, how: Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, "none" as const])) };
    for (const kind of NOTICE_KINDS) {
      expect({ kind, how: howOf(kind, none) }).toEqual({ kind, how: NOTICES[kind].mandatory ? "digest" : "none" });
      expect(howOf(kind, NO_CHOICES)).toBe(NOTICES[kind].how);
    }
  });
  it("is gathered until the chosen hour in Sweden, also where summer time begins and ends", () => {
    const cases = [
      ["2026-11-23T05:59:59Z", 7, "2026-11-22T06:00:00Z"],
      ["2026-11-23T06:00:00Z", 7, "2026-11-23T06:00:00Z"],
      ["2026-07-01T04:59:59Z", 7, "2026-06-30T05:00:00Z"],
      // Sunday 29 March 2026 has 23 hours, Sunday 25 October 25.
      ["2026-03-29T04:59:59Z", 7, "2026-03-28T06:00:00Z"],
      ["2026-03-29T05:00:00Z", 7, "2026-03-29T05:00:00Z"],
      ["2026-10-25T05:59:59Z", 7, "2026-10-24T05:00:00Z"],
      ["2026-10-25T06:00:00Z", 7, "2026-10-25T06:00:00Z"],
    ] as const;
    for (const [now, hour, last] of cases)
      expect({ now, last: lastDigestAt(at(now), hour) }).toEqual({ now, last: at(last) });
  });
  it("finds the gathered mail's hour once on each day of the year, whichever it is", () => {
    for (let hour = DIGEST_HOURS.least; hour <= DIGEST_HOURS.most; hour += 6) {
      const seen = new Set<number>();
      for (let step = 0; step < 365 * 24; step += 1) seen.add(lastDigestAt(instant(NOW + step * HOUR), hour));
      expect(seen.size).toBeGreaterThanOrEqual(365);
      expect(seen.size).toBeLessThanOrEqual(366);
    }
  });
  it("waits for its hour where it is gathered, and for nothing where it is urgent", () => {
    const told = (kind: "decide" | "revoked" | "joined", minutes: number) =>
      mailIsDue({ kind, at: instant(NOW - minutes * 60_000) }, { ...NO_CHOICES, how: { joined: "none" } }, NOW);
    expect([told("decide", 1), told("decide", 24 * 60), told("revoked", 1), told("joined", 1)]).toEqual([
      "later",
      "now",
      "now",
      "never",
    ]);
  });
  it("is tried again ever later for some two days", () => {
    const waits = Array.from({ length: MOST_MAIL_ATTEMPTS - 1 }, (_, index) => nextMailIn(index + 1));
    expect(waits.slice(0, 3)).toEqual([60_000, 240_000, 960_000]);
    expect(waits.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(1.5 * DAY);
  });
});

describe("an end", () => {
  it("is told of 60, 30 and 7 days before, the last at once, and when it has come", () => {
    const told = (days: number) => endingTold(instant(NOW + days * DAY), NOW);
    expect([61, 60, 31, 30, 8, 7, 1].map((days) => told(days)?.step)).toEqual([
      undefined,
      "60",
      "60",
      "30",
      "30",
      "7",
      "7",
    ]);
    expect(told(7)?.kind).toBe("ends_now");
    expect(told(0)?.kind).toBe("ended");
    expect(told(-40)).toBeUndefined();
  });
});
