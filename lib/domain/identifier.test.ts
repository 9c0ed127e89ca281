import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identifierKey, parseIdentifier, passesLuhn, showIdentifier } from "./identifier.ts";

describe("parseIdentifier", () => {
  it.each(["202100-5521", "2021005521", " 202100 5521 ", "162021005521", "202100-6297"])(
    "accepts the organisation number %j",
    (text) => {
      const parsed = parseIdentifier("orgnr", text);
      expect(parsed.ok && /^\d{10}$/.test(parsed.value.value)).toBe(true);
    },
  );

  it.each([
    ["202100-5522", "wrong_check_digit"],
    ["191212121212", "personal_number"],
    ["1212121212", "personal_number"],
    ["811218-9876", "personal_number"],
    ["811278-9873", "personal_number"],
    ["811218+9876", "personal_number"],
    ["1212121213", "invalid_orgnr"],
    ["202100", "invalid_orgnr"],
    ["20210O-5521", "invalid_orgnr"],
    ["", "invalid_orgnr"],
  ])("refuses %j as %s", (text, code) => {
    expect(parseIdentifier("orgnr", text)).toEqual({ ok: false, error: code });
  });

  it("refuses a person's own number whatever it is called", () => {
    expect(parseIdentifier("other", "811218-9876")).toEqual({ ok: false, error: "personal_number" });
    expect(parseIdentifier("vat", "SE811218987601")).toEqual({ ok: false, error: "personal_number" });
    expect(parseIdentifier("vat", "SE202100552101").ok).toBe(true);
  });

  it("finds every single wrong digit", () => {
    const number = "2021005521";
    for (let place = 0; place < 10; place += 1) {
      for (let change = 1; change < 10; change += 1) {
        const wrong = Array.from(number, (digit, at) => (at === place ? (Number(digit) + change) % 10 : digit)).join(
          "",
        );
        expect(parseIdentifier("orgnr", wrong).ok).toBe(false);
      }
    }
  });

  it("accepts what every number can be completed to by exactly one check digit", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{9}$/), (stem) => {
        const passing = Array.from({ length: 10 }, (_, digit) => `${stem}${digit}`).filter(passesLuhn);
        expect(passing).toHaveLength(1);
      }),
    );
  });

  it("checks a LEI by ISO 7064 and the other schemes by their shape", () => {
    expect(parseIdentifier("lei", "529900T8BM49AURSDO55").ok).toBe(true);
    expect(parseIdentifier("lei", "529900T8BM49AURSDO56")).toEqual({ ok: false, error: "wrong_check_digit" });
    expect(parseIdentifier("vat", "se202100552101").ok).toBe(true);
    expect(parseIdentifier("euid", "FIFPRO.1234567-8").ok).toBe(true);
    expect(parseIdentifier("other", "<script>").ok).toBe(false);
  });

  it("shows an organisation number with its hyphen and names it with its scheme in documents", () => {
    const number = { scheme: "orgnr", value: "2021005521" } as const;
    expect([showIdentifier(number), identifierKey(number)]).toEqual(["202100-5521", "orgnr:2021005521"]);
  });
});
