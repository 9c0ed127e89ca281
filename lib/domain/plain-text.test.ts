import { describe, expect, test } from "vitest";
import { faultOfText } from "./plain-text.ts";

describe("a name", () => {
  test.each([
    "Försäkringskassan",
    "Region Jämtland Härjedalen",
    "Länsstyrelsen i Skåne (M)",
    "Europol & Eurojust",
    "Київ",
    "Skatteverket Київ",
  ])("is taken as it is written: %s", (name) => {
    expect(faultOfText(name)).toBeUndefined();
  });

  test.each([
    ['=HYPERLINK("http://x")', "formula_in_text"],
    ["  @SUM(A1)", "formula_in_text"],
    ["＝1+1", "formula_in_text"],
    ["<img src=x>", "markup_in_text"],
    ["Verket</b>", "markup_in_text"],
    ["Verket&#x3c;", "markup_in_text"],
    ["Ver\u200bket", "hidden_characters"],
    ["Verket\u202etekreV", "hidden_characters"],
    ["Ver\tket", "hidden_characters"],
    ["Sk\u0430tteverket", "mixed_script"],
    ["\u039Fmverket", "mixed_script"],
  ])("is refused where a program or an eye would take it for something else: %j", (name, code) => {
    expect(faultOfText(name)).toBe(code);
  });
});
