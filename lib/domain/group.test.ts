import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "#lib/platform/ids.ts";
import {
  decideGroup,
  effectiveCeiling,
  entryDocument,
  foldGroup,
  type GroupAct,
  type GroupFacts,
  type GroupMember,
  type GroupTerms,
  groupDocument,
  pairState,
} from "./group.ts";
import { settlement } from "./group-pairs.ts";
import { idOf } from "./ids.ts";
import { DAY, type Instant, instant, later } from "./instant.ts";

const NOW = instant(1_800_000_000_000);
const member = (more: Partial<GroupMember> = {}): GroupMember => ({
  agency: idOf("agy", newId()),
  approversRequired: 1,
  digest: "d",
  since: NOW,
  newcomer: false,
  ...more,
});
const person = () => idOf("per", newId());
const facts = (members: readonly GroupMember[], more: Partial<GroupFacts> = {}): GroupFacts => ({
  kind: "circle",
  joining: "silence",
  members,
  ...more,
});
const act = (kind: GroupAct["kind"], { agency, digest }: GroupMember, more: Partial<GroupAct> = {}): GroupAct => ({
  kind,
  agency,
  person: person(),
  digest,
  at: NOW,
  ...more,
});
const joined = (of: GroupMember, more: Partial<GroupAct> = {}) => [act("request", of), act("consent", of, more)];

describe("a group's document", () => {
  const terms: GroupTerms = { kind: "circle", name: "n", purpose: "p", members: [], joining: "all" };
  test("differs for every term that is said", () => {
    const said: readonly Partial<GroupTerms>[] = [
      {},
      { name: "m" },
      { purpose: "q" },
      { kind: "task_force" },
      { joining: "silence" },
      { objectionMs: 1 },
      { legalBasis: "l" },
      { start: NOW },
      { end: NOW },
      { members: [{ agency: "orgnr:1", servers: [] }] },
      { content: { ceiling: 1 } },
    ];
    const documents = said.map((more) => JSON.stringify(groupDocument("f", "grp_1", { ...terms, ...more })));
    expect(new Set(documents).size).toBe(said.length);
  });
  test("is named by whoever enters later, with who is there and when silence consents", () => {
    const entry = { group: "grp_1", digest: "d", member: { agency: "orgnr:1", servers: [] }, members: ["orgnr:2"] };
    expect(entryDocument("f", { ...entry, entersAt: NOW })).toEqual({
      type: "tillit.group_entry.v1",
      federation: "f",
      ...entry,
      enters_at: NOW,
    });
  });
});

describe("a member", () => {
  test("that asks two approvers of itself takes part when both have consented", () => {
    const [a, b] = [member({ approversRequired: 2 }), member()];
    const of = facts([a, b]);
    const acts = [...joined(a), ...joined(b)];
    expect(pairState(of, foldGroup(of, acts), [a, b], NOW)).toBe("consent_awaited");
    expect(pairState(of, foldGroup(of, [...acts, act("consent", a)]), [a, b], NOW)).toBe("open");
  });
  test("consents to nothing but its own digest", () => {
    const [a, b] = [member(), member()];
    const of = facts([a, b]);
    const acts = [...joined(a), act("request", b), act("consent", b, { digest: "another" })];
    expect(pairState(of, foldGroup(of, acts), [a, b], NOW)).toBe("consent_awaited");
  });
});

describe("a pair", () => {
  const times = fc.constantFrom(NOW, later(NOW, DAY), later(NOW, 2 * DAY));
  test("is made once, whatever is asked again, and parted exactly when the group is no reason for it", () => {
    const [a, b] = [member(), member({ since: later(NOW, 1), newcomer: true, entersAt: later(NOW, DAY), digest: "e" })];
    const of = facts([a, b], { end: later(NOW, 2 * DAY) });
    const some = fc.constantFrom<GroupAct>(
      act("request", a),
      act("consent", a),
      act("request", b),
      act("consent", b),
      act("leave", b),
      act("except", a, { about: b.agency }),
      act("end", a),
      act("end", b),
    );
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), times, fc.boolean(), fc.boolean(), (acts, now, known, open) => {
        const state = foldGroup(of, acts);
        const how = pairState(of, state, [a, b], now);
        const pair = { a: a.agency, b: b.agency, open };
        const { make, part } = settlement(of, state, known ? [pair] : [], now);
        expect(make.length).toBe(!known && how === "open" ? 1 : 0);
        expect(part.length).toBe(known && open && how !== "open" && how !== "expired" ? 1 : 0);
        if (part[0] !== undefined) expect([a.agency, b.agency]).toContain(part[0].by);
      }),
    );
  });
});

test("the level that all may speak at is the lowest that anyone who takes part brings", () => {
  const [a, b, c] = [member(), member(), member()];
  const of = facts([a, b, c]);
  const acts = [...joined(a, { ceiling: 2 }), ...joined(b), act("request", c), act("decline", c, { ceiling: 0 })];
  expect(effectiveCeiling(3, foldGroup(of, acts))).toBe(2);
  expect(effectiveCeiling(undefined, foldGroup(of, []))).toBe(undefined);
});

test("what has ended or passed its end is decided about no more", () => {
  const a = member();
  const attempt = (at: Instant) => ({ move: "request", agency: a.agency, person: person(), digest: "d", at }) as const;
  const of = facts([a, member()], { end: later(NOW, DAY) });
  expect(decideGroup(of, foldGroup(of, []), attempt(NOW))).toEqual({ ok: true, value: true });
  expect(decideGroup(of, foldGroup(of, []), attempt(later(NOW, DAY)))).toMatchObject({ error: "agreement_expired" });
  const ended = foldGroup(of, [act("end", a), act("end", a)]);
  expect(decideGroup(of, ended, attempt(NOW))).toMatchObject({ error: "move_not_allowed" });
});
