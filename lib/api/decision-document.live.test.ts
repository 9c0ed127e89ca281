import { extractText, getDocumentProxy } from "unpdf";
import { expect, test } from "vitest";
import { type DecisionRecord, MASKS } from "#lib/contracts/decision-document.ts";
import { decisionDocument, decisionText } from "./decision-document.ts";
import { decisionPdf } from "./decision-pdf.ts";

const AT = Date.UTC(2026, 4, 6, 7, 8);
const agency = (name: string) => ({
  id: "agy_00000000-0000-7000-8000-000000000001",
  name: { sv: name, en: `${name} (en)` },
  identifier: "2021000001",
});
const [own, other] = [agency("Åängsverket"), agency("Örverket")];
const party = (of: typeof own, side: "home" | "partner") => ({
  agency: of,
  side,
  approversRequired: 1 as const,
  servers: [],
  suspended: false,
  stopped: false,
  awaitingReconsent: false,
});
const person = (name: string) => ({ id: "per_00000000-0000-7000-8000-000000000002", name });
const act = { diarienummer: "2026/17", rule: null, at: AT };
const DIGEST = "sha256:q2w3e4r5t6y7u8i9";
const record: DecisionRecord = {
  decidedAt: AT,
  agreement: {
    id: "agr_00000000-0000-7000-8000-000000000003",
    parties: [party(own, "home"), party(other, "partner")],
    digest: DIGEST,
    termsNumber: 1,
    mine: "home",
    terms: {
      purpose: "Räddningssamverkan",
      legalBasis: null,
      parties: { home: [], partner: [] },
      servers: { home: ["chat.hemlig-a.example"], partner: ["chat.hemlig-b.example"] },
      start: null,
      end: null,
      basis: null,
      content: {
        laws: [{ law: "OSL", section: "10 kap. 2 §" }],
        secrecy: { assessment: "Uppgifter om skyddade objekt", by: "Åsa Bedömare" },
        ceiling: 1,
        levelNames: { home: null, partner: null },
        personalData: true,
        residency: "eea",
        trial: false,
        contacts: ["Nils Nåbar, 08-123 45"],
        conditions: null,
        offlineMs: null,
        attachments: [{ name: "Bilaga", digest: "sha256:b1lag4" }],
      },
    },
  },
  acts: [
    { ...act, kind: "request", agency: own, side: "home", person: person("Astrid Beredare") },
    { ...act, kind: "endorse", agency: own, side: "home", person: person("Bo Łukasz") },
    { ...act, kind: "accept", agency: other, side: "partner", person: person("David Ödmjuk") },
  ],
};
const HIDDEN = {
  people: ["Astrid", "Łukasz", "Ödmjuk", "Åsa", "Nils"],
  contacts: ["Nils", "08-123"],
  secrecy: ["skyddade", "Åsa"],
  technical: ["hemlig-a", "hemlig-b", "b1lag4"],
} as const;

/** What stands in a PDF: what a reader reads, and its title and date. */
const inPdf = async (bytes: Uint8Array): Promise<{ text: string; info: string }> => {
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(pdf, { mergePages: true });
  return { text: text.replaceAll(/\s+/g, " "), info: JSON.stringify(await pdf.getMetadata()) };
};

test("a decision document says what was decided, when, by whom and who prepared it, in both languages", () => {
  const sv = decisionText(decisionDocument(record, "sv", []));
  for (const said of ["Räddningssamverkan", "2026-05-06 09:08", "Bo Łukasz", "Astrid Beredare", "David Ödmjuk", DIGEST])
    expect(sv).toContain(said);
  expect(sv).toContain("Delegation: inte angiven");
  expect(sv).toContain("2026/17");
  const en = decisionText(decisionDocument(record, "en", []));
  expect(en).toContain("Delegated authority: not stated");
  expect(en).not.toContain("Beslut");
});

test("the PDF is read as the text is, with its language, title and tags, also names beyond Latin-1", async () => {
  const document = decisionDocument(record, "sv", []);
  const bytes = await decisionPdf(document);
  const { text, info } = await inPdf(bytes);
  for (const said of ["Åängsverket", "Bo Łukasz", "Uppgifter om skyddade objekt", DIGEST, "10 kap. 2 §"])
    expect(text).toContain(said);
  expect(info).toContain(document.title);
  const raw = Buffer.from(bytes).toString("latin1");
  expect(raw).toContain("/Lang (sv)");
  expect(raw).toContain("/Marked true");
});

test("the same decision gives the same bytes, whenever it is taken out", async () => {
  const [first, second] = [
    await decisionPdf(decisionDocument(record, "sv", [])),
    await decisionPdf(decisionDocument(record, "sv", [])),
  ];
  expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
  const later = await decisionPdf(decisionDocument({ ...record, decidedAt: AT + 60_000 }, "sv", []));
  expect(Buffer.from(first).equals(Buffer.from(later))).toBe(false);
});

test.each(MASKS)(
  "a copy with %s masked holds nothing of it, says so, and gives no digest to try guesses against",
  async (mask) => {
    const open = await inPdf(await decisionPdf(decisionDocument(record, "sv", [])));
    const document = decisionDocument(record, "sv", [mask]);
    const [text, pdf] = [decisionText(document), await inPdf(await decisionPdf(document))];
    for (const hidden of [...HIDDEN[mask], DIGEST]) {
      expect(open.text).toContain(hidden);
      for (const copy of [text, pdf.text, pdf.info]) expect(copy).not.toContain(hidden);
    }
    expect(text).toContain("█████ (maskat)");
    expect(text).toContain("Maskat i den här kopian: ");
    expect(pdf.text).toContain("Maskat i den här kopian: ");
  },
);
