import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { ceilingOf, effectiveLevel, NAMED_LEVELS } from "./classification.ts";
import { DAY, instant } from "./instant.ts";
import { parseServerName } from "./server-name.ts";
import { type Content, keptBy, TERM_NAMES, trialEnd } from "./terms.ts";
import { type Terms, termsDocument } from "./trust.ts";

const name = (text: string) => {
  const read = parseServerName(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};
const TERMS: Terms = {
  purpose: "Samverkan",
  parties: { home: ["orgnr:2021005521"], partner: ["orgnr:2021006297"] },
  servers: { home: [name("a.example")], partner: [name("b.example")] },
};
const CONTENT: Required<Content> = {
  laws: [{ law: "OSL", section: "10:2" }],
  secrecy: { assessment: "inget sekretessbelagt", by: "jurist" },
  ceiling: 2,
  levelNames: { home: "Intern", partner: "K2" },
  personalData: true,
  residency: "eea",
  trial: true,
  contacts: ["Astrid, astrid@a.example"],
  conditions: "loggas",
  offlineMs: DAY,
  attachments: [{ name: "pm.pdf", digest: `sha256:${"A".repeat(43)}` }],
};

describe("the document of the terms", () => {
  it("is, where no content was said, byte for byte the one that was signed before content existed", () => {
    expect(canonicalJson(termsDocument("fed.example", TERMS))).toBe(
      '{"federation":"fed.example","parties":{"home":["orgnr:2021005521"],"partner":["orgnr:2021006297"]},"purpose":"Samverkan","servers":{"home":["a.example"],"partner":["b.example"]},"type":"tillit.terms.v1"}',
    );
  });

  it("changes with every single field of the content, so that the digest covers each", () => {
    const whole = canonicalJson(termsDocument("fed.example", { ...TERMS, content: CONTENT }));
    for (const key of Object.keys(CONTENT)) {
      const less = canonicalJson(termsDocument("fed.example", { ...TERMS, content: { ...CONTENT, [key]: undefined } }));
      expect(less, key).not.toBe(whole);
    }
  });
});

describe("a classification ceiling", () => {
  it("is one of the four that a federated chat may hold; the top and what is security-protected are refused", () => {
    expect(NAMED_LEVELS.map((named) => ceilingOf(named)).map((read) => (read.ok ? read.value : read.error))).toEqual([
      0,
      1,
      2,
      3,
      "classification_too_high",
      "security_protected_refused",
    ]);
  });

  it("is, where several hold, the lowest of them", () => {
    expect(effectiveLevel([3, 1, 2])).toBe(1);
    expect(effectiveLevel([])).toBeUndefined();
  });
});

describe("a term", () => {
  it("is called enforced by servers only where a server obeys it: names, times, and the time past a lost link", () => {
    expect(TERM_NAMES.filter((term) => keptBy(term) === "technically")).toEqual([
      "servers",
      "start",
      "end",
      "trial",
      "offlineMs",
    ]);
  });

  it("that is a trial ends thirty days after its start, or after now where that has passed", () => {
    const now = instant(1_000 * DAY);
    expect(trialEnd(undefined, now)).toBe(1_030 * DAY);
    expect(trialEnd(instant(900 * DAY), now)).toBe(1_030 * DAY);
    expect(trialEnd(instant(1_010 * DAY), now)).toBe(1_040 * DAY);
  });
});
