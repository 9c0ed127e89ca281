import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AMENDMENT_KINDS, type AmendmentAct, decideAmendment, foldAmendment } from "./amendment.ts";
import { idOf } from "./ids.ts";
import { instant } from "./instant.ts";
import { type AgreementFacts, type Decision, foldDecisions, isOpen } from "./trust.ts";

const uuid = (last: number): string => `01970000-0000-7000-8000-${String(last).padStart(12, "0")}`;
const [home, partner] = [idOf("agy", uuid(1)), idOf("agy", uuid(2))];
const person = (last: number) => idOf("per", uuid(100 + last));
const now = instant(1_000_000);
const factsWith = (required: 1 | 2): AgreementFacts => ({
  parties: [
    { agency: home, side: "home", approversRequired: required },
    { agency: partner, side: "partner", approversRequired: 1 },
  ],
  version: 1,
  digest: "old",
});
const decision = (kind: Decision["kind"], agency: typeof home, by: number, digest = "old", version = 1): Decision => ({
  id: idOf("dec", uuid(200 + by)),
  kind,
  side: agency === home ? "home" : "partner",
  agency,
  person: person(by),
  version,
  digest,
  at: now,
});
const agreed = (facts: AgreementFacts): Decision[] => [
  decision("request", home, 1),
  decision("endorse", home, 2),
  ...(facts.parties[0]?.approversRequired === 2 ? [decision("endorse", home, 3)] : []),
  decision("accept", partner, 4),
];

type Wish = { readonly kind: (typeof AMENDMENT_KINDS)[number]; readonly atHome: boolean; readonly by: number };
const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom(...AMENDMENT_KINDS, "consent" as const, "consent" as const),
  atHome: fc.boolean(),
  by: fc.integer({ min: 1, max: 4 }),
});
const made = (facts: AgreementFacts, wishes: readonly Wish[]): readonly AmendmentAct[] => {
  const state = foldDecisions(facts, agreed(facts));
  let count = 0;
  const acts: AmendmentAct[] = [];
  for (const { kind, atHome, by } of wishes) {
    const amendment = foldAmendment(facts.parties, acts);
    // A person acts for one agency: five and up are the partner's.
    const who = { agency: atHome ? home : partner, person: person(atHome ? by : by + 4) };
    if (amendment?.stage === "accepted") break;
    if (kind === "propose") count += 1;
    const digest = kind === "propose" ? `new${count}` : (amendment?.digest ?? "none");
    const judged = decideAmendment(facts, state, amendment, { kind, ...who, digest, reason: "?", at: now });
    if (judged.ok) acts.push({ kind, ...who, side: judged.value.side, number: 2, digest, at: now });
  }
  return acts;
};

describe("new terms", () => {
  it("are accepted exactly when each side has all its consents to that digest, none by who proposed them", () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 25 }), fc.constantFrom(1 as const, 2 as const), (wishes, required) => {
        const facts = factsWith(required);
        const acts = made(facts, wishes);
        const state = foldAmendment(facts.parties, acts);
        if (state === undefined) return acts.length === 0;
        const counted = acts.filter(
          ({ kind, digest, person: by }) =>
            kind === "consent" && digest === state.digest && by !== state.proposed.person,
        );
        const people = (agency: typeof home) =>
          new Set(counted.filter((act) => act.agency === agency).map((act) => act.person)).size;
        const stopped = acts.some(
          ({ kind, digest }) => digest === state.digest && (kind === "refuse" || kind === "withdraw"),
        );
        const complete = people(home) >= required && people(partner) >= 1;
        return (state.stage === "accepted") === (complete && !stopped);
      }),
      { numRuns: 2_000 },
    );
  });

  it("leave the agreement open under the old terms until they are accepted, and under the new ones afterwards", () => {
    const facts = factsWith(1);
    const before = agreed(facts);
    expect(isOpen(facts, foldDecisions(facts, before), now)).toBe(true);
    const renewed = { ...facts, version: 2, digest: "new" };
    const after = [...before, decision("amend", partner, 5, "new", 2)];
    expect(isOpen(renewed, foldDecisions(renewed, after), now)).toBe(true);
    // Without the recorded amendment nobody has consented to the new digest: nothing is open.
    expect(isOpen(renewed, foldDecisions(renewed, before), now)).toBe(false);
  });

  it("do not lift a suspension, nor revive what has ended", () => {
    const facts = factsWith(1);
    const renewed = { ...facts, version: 2, digest: "new" };
    const suspended = [...agreed(facts), decision("suspend", home, 2), decision("amend", partner, 5, "new", 2)];
    expect(isOpen(renewed, foldDecisions(renewed, suspended), now)).toBe(false);
    const ended = { ...facts, end: instant(now - 1) };
    const attempt = { kind: "propose" as const, agency: home, person: person(1), digest: "new", at: now };
    expect(decideAmendment(ended, foldDecisions(ended, agreed(facts)), undefined, attempt)).toMatchObject({
      error: "agreement_expired",
    });
  });
});
