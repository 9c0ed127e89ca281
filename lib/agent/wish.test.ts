import { describe, expect, it } from "vitest";
import { newAuthority } from "#lib/connectors/contract.ts";
import { instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Accepted, NOTHING_ACCEPTED } from "#lib/signing/signing.ts";
import { pinsOf, type Rules, USUAL_RULES } from "./identity.ts";
import { takeDocuments } from "./take.ts";
import { type Standing, wishOf } from "./wish.ts";

const [self, a, b] = ["self.example", "a.example", "b.example"] as [ServerName, ServerName, ServerName];
const now = instant(1_795_432_936_151);
const authority = newAuthority("federation.example", self, () => now);

const pins = (over: Partial<Rules> = {}) => {
  const { federation, rootKeys } = authority;
  const identity = { federation, enforcementPoint: "ep", audience: self, keyId: "", privateKey: "", rootKeys };
  const made = pinsOf(identity, { ...USUAL_RULES, ...over });
  if (!made.ok) throw new Error(made.error);
  return made.value;
};
const accepted = (names: readonly ServerName[]): Accepted => {
  const { list } = authority.next(names);
  const documents = [
    { kind: "keyset" as const, bytes: list.keyset },
    { kind: "list" as const, bytes: list.list },
  ];
  return takeDocuments(pins(), NOTHING_ACCEPTED, documents, now).state;
};
const closed = (...names: readonly ServerName[]) => ({ mode: "closed" as const, allow: new Set(names) });
const wish = (over: Partial<Standing>) => {
  const usual = { pins: pins(), state: NOTHING_ACCEPTED, broken: undefined, leaseOver: false, stored: undefined };
  return wishOf({ ...usual, denied: new Set(), ...over }, now);
};
const BROKEN = { code: "stored_list_invalid", detail: "cut off", kind: "refuses" as const };

describe("before the first list", () => {
  it("leaves an open server as it is while nobody is denied", () => {
    expect(wish({})).toMatchObject({ hold: "nothing" });
  });
  it("takes the denied from what the server stores, and adds nobody", () => {
    const denied = new Set([a]);
    expect(wish({ denied, stored: closed(a, b) })).toMatchObject({ hold: "own", names: [b], deny: [a] });
    expect(wish({ denied, stored: closed(b) })).toMatchObject({ hold: "nothing" });
  });
  it("shuts an open server as a whole where somebody is denied, and says why and what to do", () => {
    for (const stored of [undefined, { mode: "open" as const }, { mode: "unknown" as const, why: "x" }, closed()]) {
      const { names, fault } = wish({ denied: new Set([a]), stored });
      expect([names, fault]).toEqual([[], expect.stringContaining("beforeFirstList")]);
    }
  });
  it("holds the operator's own names less the denied, or nobody", () => {
    const denied = new Set([a]);
    expect(wish({ denied, pins: pins({ beforeFirstList: [a, b] }) })).toMatchObject({ hold: "own", names: [b] });
    expect(wish({ pins: pins({ beforeFirstList: "closed" }) })).toMatchObject({ hold: "own", names: [] });
  });
  it("shuts everything where the deny file was never readable", () => {
    expect(wish({ denied: undefined, stored: { mode: "open" } })).toMatchObject({ hold: "own", names: [] });
  });
});

describe("once a list enforces", () => {
  const state = accepted([a, b]);
  it("holds the list less the denied, and nobody where the deny file was never readable", () => {
    expect(wish({ state, denied: new Set([a]) })).toMatchObject({ hold: "list", names: [b], deny: [a] });
    expect(wish({ state, denied: undefined })).toMatchObject({ hold: "list", names: [] });
  });
  it("is shut when the lease is over, with the reason", () => {
    const over = wish({ state, leaseOver: true });
    expect(over).toMatchObject({ hold: "own", names: [], fault: expect.stringContaining("lease_over") });
  });
  it("follows the operator's own return to observing", () => {
    const observing = pins({ observe: true });
    expect(wish({ state, pins: observing, leaseOver: true })).toMatchObject({ hold: "nothing" });
    expect(wish({ pins: observing, broken: BROKEN })).toMatchObject({ hold: "nothing" });
  });
});

it("is shut where the stored list does not hold, whatever else stands", () => {
  for (const stored of [undefined, closed(a, b), { mode: "open" as const }]) {
    const shut = wish({ broken: BROKEN, stored });
    expect(shut).toMatchObject({ hold: "own", names: [], fault: "stored_list_invalid: cut off" });
  }
});

it("more root keys asked for than were pinned is refused before anything runs", () => {
  expect(() => pins({ rootKeysRequired: 2 })).toThrow("--fingerprint");
});

it("a consent that is asked for and was not signed opens nothing", () => {
  const asking = pins({ requireConsents: true, consentKeys: { agency: { "ed25519:1": "x" } } });
  expect(wish({ state: accepted([a]), pins: asking })).toMatchObject({ hold: "list", names: [] });
});
