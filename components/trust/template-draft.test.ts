import { expect, it } from "vitest";
import { EMPTY } from "./draft.ts";
import { answersOf, templateOf } from "./template-draft.ts";

it("gives back the answers it was made of, and leaves what it does not say as it was answered", () => {
  const said = {
    laws: [{ law: "OSL", section: "10 kap. 2 §" }],
    secrecy: "låg",
    secrecyBy: "jurist",
    ceiling: "2",
    personalData: "no",
    residency: "eea",
    offline: "24",
    contacts: "a\nb",
    conditions: "villkor",
    trial: true,
    purpose: "övning",
    legalBasis: "instruktion",
  };
  expect(answersOf(templateOf(" Övning ", { ...EMPTY, ...said }))).toEqual(said);
  expect(templateOf(" Tom ", EMPTY)).toEqual({ name: "Tom" });
  expect({ ...EMPTY, purpose: "mitt", ...answersOf({ name: "Tom" }) }.purpose).toBe("mitt");
});
