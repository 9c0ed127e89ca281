import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byCodePoint, canonicalJson, type Json, parseCanonical } from "./canonical.ts";

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: "binary" }).filter((key) => key.isWellFormed() && key !== "__proto__"),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
})).value;

describe("canonicalJson", () => {
  it("writes the examples of the Matrix specification", () => {
    expect(canonicalJson({ one: 1, two: "Two" })).toBe('{"one":1,"two":"Two"}');
    expect(canonicalJson({ b: "2", a: "1" })).toBe('{"a":"1","b":"2"}');
    expect(canonicalJson({ a: "日本語" })).toBe('{"a":"日本語"}');
    expect(canonicalJson({ a: "\u65E5" })).toBe('{"a":"日"}');
    expect(canonicalJson({ 本: 2, 日: 1 })).toBe('{"日":1,"本":2}');
    expect(canonicalJson({ a: -0 })).toBe('{"a":0}');
  });

  it("sorts keys by code point, which UTF-16 order does not", () => {
    expect(canonicalJson({ "\u{1F600}": 1, "\uFF21": 2 })).toBe('{"\uFF21":2,"\u{1F600}":1}');
  });

  it("is read back as itself, and as nothing else", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        const read = parseCanonical(text);
        expect(read.ok && canonicalJson(read.value)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"a":1,"a":2}',
    '{"b":1,"a":2}',
    '{ "a":1}',
    "1.5",
    "1e3",
    "9007199254740993",
    '{"a":1}\n',
    "",
    "{",
    '"\\u0061"',
  ])("refuses %j as not canonical", (text) => {
    expect(parseCanonical(text)).toEqual({ ok: false, error: "not_canonical" });
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "\uD800"])("has no form for %j", (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe("the order of keys", () => {
  it("is that of code points, also beyond the basic plane", () => {
    const letters = fc.constantFrom("a", "\uD7FF", "\uE000", "\uFFFD", "\u{10000}", "\u{1F600}", "\u{10FFFF}");
    const points = (text: string) => Array.from(text, (each) => each.codePointAt(0) ?? 0);
    const slowly = (a: string, b: string): number => {
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, place) => point !== right[place]);
      return at === -1 || at >= right.length ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? 0);
    };
    const text = fc.string({ unit: letters, maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(slowly(a, b)));
      }),
    );
  });
});
