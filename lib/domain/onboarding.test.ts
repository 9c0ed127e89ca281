import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ONBOARDING_STEPS, type OnboardingFacts, onboardingOf } from "./onboarding.ts";

const NOTHING: OnboardingFacts = {
  state: "invited",
  openInvitations: 0,
  roles: [],
  approversRequired: 1,
  terms: "never",
  contacts: [],
  servers: [],
};
const ALL: OnboardingFacts = {
  state: "active",
  openInvitations: 0,
  roles: ["administrator", "approver"],
  approversRequired: 1,
  terms: "accepted",
  contacts: ["incident", "technical"],
  servers: [{ name: "chat.a.example", identity: "pinned", proven: true, reports: true }],
};
const states = (facts: OnboardingFacts) =>
  Object.fromEntries(onboardingOf(facts).map(({ step, state }) => [step, state]));
const stepOf = (facts: OnboardingFacts, wanted: string) => onboardingOf(facts).find(({ step }) => step === wanted);

const anyFacts: fc.Arbitrary<OnboardingFacts> = fc.record({
  state: fc.constantFrom("invited", "active", "suspended", "left"),
  openInvitations: fc.nat(2),
  roles: fc.array(fc.constantFrom("administrator", "approver", "auditor"), { maxLength: 3 }),
  approversRequired: fc.constantFrom(1, 2),
  terms: fc.constantFrom("none", "accepted", "older", "never"),
  contacts: fc.uniqueArray(fc.constantFrom("technical", "security", "legal", "incident")),
  servers: fc.array(
    fc.record({
      name: fc.constantFrom("chat.a.example", "chat.b.example"),
      identity: fc.constantFrom("unknown", "pinned", "changed"),
      proven: fc.boolean(),
      reports: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});

describe("the steps of joining", () => {
  test("begin with the coordinator's invitation, and nothing else can be done before", () => {
    expect(states(NOTHING)).toEqual(
      Object.fromEntries(ONBOARDING_STEPS.map((step) => [step, step === "invited" ? "now" : "later"])),
    );
    expect(stepOf(NOTHING, "invited")?.by).toBe("coordinator");
  });

  test("are all done for an agency that has everything", () => {
    expect(new Set(onboardingOf(ALL).map(({ state }) => state))).toEqual(new Set(["done"]));
  });

  test("name what is missing: kinds of contact, servers by name, and the steps that come first", () => {
    const facts: OnboardingFacts = {
      ...ALL,
      state: "invited",
      terms: "older",
      contacts: ["incident"],
      servers: [...ALL.servers, { name: "chat.b.example", identity: "unknown", proven: false, reports: false }],
    };
    expect(stepOf(facts, "contacts")).toMatchObject({ state: "now", by: "administrator", missing: ["technical"] });
    expect(stepOf(facts, "keys")?.missing).toEqual(["chat.b.example"]);
    expect(stepOf(facts, "reporting")?.missing).toEqual(["chat.b.example"]);
    expect(stepOf(facts, "ready")).toMatchObject({ state: "later", missing: ["terms", "contacts", "proof", "keys"] });
  });

  test("ask for as many approvers as the agency demands", () => {
    expect(stepOf({ ...ALL, approversRequired: 2 }, "approver")?.state).toBe("now");
  });

  test("leave nobody without a next step: unless all is done, something can be done now", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const found = onboardingOf(facts).map(({ state }) => state);
        return found.every((state) => state === "done") || found.includes("now");
      }),
    );
  });
});
