import { expect, test } from "vitest";
import { localeIn, preferredLocale } from "./locale.ts";

test.for([
  ["en-GB,en;q=0.9,sv;q=0.8", "en"],
  ["de,sv;q=0.5,en;q=0.7", "en"],
  ["sv-SE", "sv"],
  ["EN", "en"],
  ["en;q=0,sv;q=0.1", "sv"],
  ["en;q=x", undefined],
  ["de, fr", undefined],
  ["", undefined],
] as const)("%s asks for %s", ([header, locale]) => {
  expect(preferredLocale(header)).toBe(locale);
});

test("a language is one that we speak, or none", () => {
  expect(["sv", "en", "fi", "", null, undefined].map(localeIn)).toEqual([
    "sv",
    "en",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
