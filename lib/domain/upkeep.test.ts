import { describe, expect, test } from "vitest";
import { DAY, type Instant, instant, later } from "./instant.ts";
import { type UpkeepFacts, upkeepOf } from "./upkeep.ts";

const T: Instant = instant(1_795_000_000_000);
const WELL: UpkeepFacts = {
  createdAt: T,
  approversRequired: 1,
  people: [{ id: "bo", role: "approver", since: T, seen: true }],
  misplaced: [],
  servers: [{ id: "hs", proof: "proven", failing: false, certificateUntil: later(T, 400 * DAY) }],
  reviewed: {},
  agreements: true,
};
const kinds = (facts: UpkeepFacts, now: Instant = T) => upkeepOf(facts, now).map(({ kind }) => kind);

describe("what an agency must see to", () => {
  test("is nothing where all is in order", () => {
    expect(upkeepOf(WELL, T)).toEqual([]);
  });

  test("is an approver where none is left, and another where two are demanded of one person", () => {
    expect(kinds({ ...WELL, people: [] })).toEqual(["no_approver"]);
    const [bo] = WELL.people;
    if (bo === undefined) throw new Error("nobody");
    expect(kinds({ ...WELL, approversRequired: 2, people: [bo, bo] })).toEqual(["few_approvers"]);
  });

  test("is a name that is no longer proven, and a certificate with three weeks left", () => {
    const [server] = WELL.servers;
    if (server === undefined) throw new Error("no server");
    const servers = (more: object) => ({ ...WELL, servers: [{ ...server, ...more }] });
    expect(kinds(servers({ proof: "lost" }))).toEqual(["name_lost"]);
    expect(kinds(servers({ failing: true }))).toEqual(["name_failing"]);
    expect(kinds(servers({ certificateUntil: later(T, 21 * DAY) }))).toEqual(["certificate_ends"]);
    expect(kinds(servers({ certificateUntil: later(T, 21 * DAY + 1) }))).toEqual([]);
  });

  test("is a person who never signed in within thirty days, once, whatever their roles", () => {
    const eva = { id: "eva", since: T, seen: false };
    const people = [...WELL.people, { ...eva, role: "auditor" as const }, { ...eva, role: "approver" as const }];
    expect(kinds({ ...WELL, people }, later(T, 30 * DAY - 1))).toEqual([]);
    expect(upkeepOf({ ...WELL, people }, later(T, 30 * DAY))).toEqual([
      { kind: "never_signed_in", about: "eva", at: T },
    ]);
  });

  test("is to look through contacts, people and agreements a year after the last time, or after joining", () => {
    const late = later(T, 365 * DAY);
    expect(kinds(WELL, later(T, 365 * DAY - 1))).toEqual([]);
    expect(kinds(WELL, late)).toEqual(["review_contacts", "review_people", "review_agreements"]);
    expect(kinds({ ...WELL, agreements: false, reviewed: { people: later(T, 1) } }, late)).toEqual(["review_contacts"]);
  });
});
