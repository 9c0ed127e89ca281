import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCountry } from "./countries.ts";
import { residencyOf, type StandingServer } from "./residency.ts";
import { RESIDENCY_RULES } from "./terms.ts";

const server = (country: string | undefined, delegatedTo?: string): StandingServer => ({
  serverName: "chat.fv.example",
  country,
  delegatedTo,
});
const verdicts = (rule: (typeof RESIDENCY_RULES)[number], ...servers: StandingServer[]) =>
  residencyOf(rule, servers).map(({ verdict }) => verdict);

describe("where an agreement's servers stand", () => {
  test("is held against its rule, server by server", () => {
    expect(verdicts("sweden", server("SE"), server("NO"), server(undefined))).toEqual(["ok", "outside", "undeclared"]);
    expect(verdicts("eea", server("NO"), server("US"), server("GB"), server("CH"))).toEqual([
      "ok",
      "outside",
      "outside",
      "outside",
    ]);
    expect(verdicts("anywhere", server("US"), server(undefined))).toEqual(["ok", "ok"]);
  });

  test("is doubted where the name leads to a host under another country's domain, and only there", () => {
    expect(verdicts("sweden", server("SE", "matrix.host.us"))).toEqual(["doubtful"]);
    expect(verdicts("sweden", server("SE", "matrix.host.us:8448"))).toEqual(["doubtful"]);
    expect(verdicts("eea", server("SE", "matrix.host.no"))).toEqual(["ok"]);
    expect(verdicts("sweden", server("SE", "matrix.host.example"), server("SE", "10.0.0.1:8448"))).toEqual([
      "ok",
      "ok",
    ]);
  });

  test("is never decided by a hint: what is declared outside stays outside, what is undeclared stays so", () => {
    const hosts = fc.constantFrom(undefined, "a.se", "a.us", "a.example", "a.no:8448");
    const countries = fc.constantFrom(undefined, "SE", "NO", "US", "DE");
    fc.assert(
      fc.property(fc.constantFrom(...RESIDENCY_RULES), countries, hosts, (rule, country, host) => {
        const [bare] = verdicts(rule, server(country));
        const [hinted] = verdicts(rule, server(country, host));
        expect(hinted === bare || (bare === "ok" && hinted === "doubtful")).toBe(true);
      }),
    );
  });

  test("is met by a stricter rule only where a looser one is met too", () => {
    const countries = fc.string({ unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"), minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(countries, (country) => {
        const met = RESIDENCY_RULES.map((rule) => verdicts(rule, server(country))[0] === "ok");
        expect(met).toEqual(met.toSorted((a, b) => Number(b) - Number(a)));
      }),
    );
  });
});

describe("a country", () => {
  test("is one of ISO 3166-1, by its two letters", () => {
    expect(["SE", "NO", "US", "AX"].map(isCountry)).toEqual([true, true, true, true]);
    expect(["ZZ", "se", "SWE", "EU", "XX", "QQ", ""].map(isCountry)).toEqual(Array(7).fill(false));
  });
});
