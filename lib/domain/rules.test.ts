import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEVELS } from "./classification.ts";
import { MEMBER_CLASSES } from "./directory.ts";
import { DAY, HOUR, instant, later } from "./instant.ts";
import { type Asked, type Clause, checkClauses, fits, REGIONS } from "./rules.ts";
import { RESIDENCY_RULES } from "./terms.ts";

const at = instant(1_800_000_000_000);
const LAWS = ["OSL", "GDPR", "KBL"] as const;

const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc.record({ kind: fc.constant("member_class" as const), of: fc.subarray([...MEMBER_CLASSES], { minLength: 1 }) }),
  fc.record({ kind: fc.constant("country" as const), within: fc.constantFrom(...REGIONS) }),
  fc.record({ kind: fc.constant("ceiling" as const), most: fc.constantFrom(...LEVELS) }),
  fc.record({ kind: fc.constant("residency" as const), least: fc.constantFrom("eea" as const, "sweden" as const) }),
  fc.record({ kind: fc.constant("ends_within" as const), days: fc.integer({ min: 1, max: 3_650 }) }),
  fc.record({ kind: fc.constant("offline" as const), hours: fc.integer({ min: 0, max: 720 }) }),
  fc.record({ kind: fc.constant("laws" as const), of: fc.subarray([...LAWS], { minLength: 1 }) }),
  fc.constantFrom(
    { kind: "no_personal_data" as const },
    { kind: "legal_basis" as const },
    { kind: "secrecy" as const },
    { kind: "trial" as const },
  ),
);
const perhaps = <T>(form: fc.Arbitrary<T>) => fc.option(form, { nil: undefined });
const agency = fc.record({
  memberClass: fc.constantFrom(...MEMBER_CLASSES),
  country: fc.constantFrom("SE", "DE", "NO", "US"),
});
const asked: fc.Arbitrary<Asked> = fc.record({
  others: fc.array(agency, { minLength: 1, maxLength: 3 }),
  end: perhaps(fc.integer({ min: 1, max: 4_000 }).map((days) => later(at, days * DAY))),
  legalBasis: perhaps(fc.constantFrom("OSL 10:2", " ")),
  content: perhaps(
    fc.record({
      ceiling: perhaps(fc.constantFrom(...LEVELS)),
      personalData: perhaps(fc.boolean()),
      residency: perhaps(fc.constantFrom(...RESIDENCY_RULES)),
      offlineMs: perhaps(fc.integer({ min: 0, max: 720 }).map((hours) => hours * HOUR)),
      laws: perhaps(fc.subarray([...LAWS]).map((laws) => laws.map((law) => ({ law, section: "1 §" })))),
      secrecy: perhaps(fc.constant({ assessment: "a", by: "b" })),
      trial: perhaps(fc.constant(true as const)),
    }),
  ),
  at: fc.constant(at),
});
const clauses = fc.array(clause, { maxLength: 8 });
const holds = (one: Clause, request: Asked): boolean => checkClauses([one], request)[0]?.holds === true;

describe("a rule", () => {
  it("gives every clause a verdict of its own, in order, that says why", () => {
    fc.assert(
      fc.property(clauses, asked, (all, request) => {
        const verdicts = checkClauses(all, request);
        expect(verdicts.map((verdict) => verdict.clause)).toEqual(all);
        for (const { holds: held, why, found } of verdicts) {
          expect(held).toBe(why === "said" || why === "within");
          expect(found.length === 0).toBe(why === "said" || why === "unsaid");
        }
      }),
    );
  });

  it("fits only where each of its clauses holds alone, and never without clauses", () => {
    fc.assert(
      fc.property(clauses, asked, (all, request) => {
        expect(fits(checkClauses(all, request))).toBe(all.length > 0 && all.every((one) => holds(one, request)));
      }),
    );
  });

  it("never fits more by a clause that is added, nor by an agency that is", () => {
    fc.assert(
      fc.property(clauses, clause, agency, asked, (all, more, other, request) => {
        if (all.length > 0 && fits(checkClauses([...all, more], request)))
          expect(fits(checkClauses(all, request))).toBe(true);
        const wider = { ...request, others: [...request.others, other] };
        if (fits(checkClauses(all, wider))) expect(fits(checkClauses(all, request))).toBe(true);
      }),
    );
  });

  it("takes silence for nothing: who says nothing of a demand does not meet it", () => {
    fc.assert(
      fc.property(clause, agency, (one, other) => {
        const silent: Asked = { others: [other], at };
        const aboutTheTerms = !["member_class", "country", "offline"].includes(one.kind);
        if (aboutTheTerms) expect(checkClauses([one], silent)[0]).toMatchObject({ holds: false, why: "unsaid" });
      }),
    );
  });
});

describe("a demand", () => {
  const swedish = { memberClass: "state_agency", country: "SE" } as const;
  const request = (more: Partial<Asked>): Asked => ({ others: [swedish], at, ...more });

  it("is kept up to its bound and broken beyond it, and says what was found", () => {
    const ceiling = { kind: "ceiling", most: 1 } as const;
    expect(checkClauses([ceiling], request({ content: { ceiling: 1 } }))[0]).toMatchObject({
      holds: true,
      why: "within",
    });
    expect(checkClauses([ceiling], request({ content: { ceiling: 2 } }))[0]).toEqual({
      clause: ceiling,
      holds: false,
      why: "outside",
      found: ["2"],
    });
    const year = { kind: "ends_within", days: 365 } as const;
    expect(holds(year, request({ end: later(at, 365 * DAY) }))).toBe(true);
    expect(checkClauses([year], request({ end: instant(at + 365 * DAY + 1) }))[0]).toMatchObject({ found: ["366"] });
  });

  it("counts a year from the start, and from the asking where the start has passed", () => {
    const year = { kind: "ends_within", days: 365 } as const;
    const end = later(at, 400 * DAY);
    expect(holds(year, request({ start: later(at, 40 * DAY), end }))).toBe(true);
    expect(holds(year, request({ start: instant(at - 400 * DAY), end }))).toBe(false);
  });

  it("is asked of every agency there, and of every law that is named", () => {
    const german = { memberClass: "state_agency", country: "DE" } as const;
    const [sweden, eu] = [{ kind: "country", within: "sweden" } as const, { kind: "country", within: "eu" } as const];
    expect(holds(eu, request({ others: [swedish, german] }))).toBe(true);
    expect(checkClauses([sweden], request({ others: [swedish, german] }))[0]).toMatchObject({ found: ["SE", "DE"] });
    const laws = { kind: "laws", of: ["2009:400"] } as const;
    expect(holds(laws, request({ content: { laws: [{ law: "OSL (2009:400)", section: "10:2" }] } }))).toBe(true);
    expect(holds(laws, request({ content: { laws: [{ law: "Secrecy Act (2009:400)", section: "10:2" }] } }))).toBe(
      true,
    );
    const two = [
      { law: "OSL (2009:400)", section: "10:2" },
      { law: "KBL (2022:524)", section: "1" },
    ];
    expect(holds(laws, request({ content: { laws: two } }))).toBe(false);
  });
});
