import { readFile } from "node:fs/promises";
import { join } from "node:path";
import PDFDocument from "pdfkit";
import type { DecisionDocument, DocumentFact } from "./decision-document.ts";

const FONTS = join(process.cwd(), "node_modules/@fontsource/source-sans-3/files");
const WEIGHTS = { body: 400, head: 600 } as const;
type Face = keyof typeof WEIGHTS;
const MARGIN = 56;

const SETS = ["latin", "latin-ext"] as const;
/** Each font comes in two files, since its makers part them by alphabet. */
const registerFonts = async (pdf: PDFKit.PDFDocument): Promise<void> => {
  for (const face of ["body", "head"] as const)
    for (const set of SETS) {
      const file = join(FONTS, `source-sans-3-${set}-${WEIGHTS[face]}-normal.woff`);
      pdf.registerFont(`${face}-${set}`, await readFile(file));
    }
};

/** Latin-1 and common punctuation stand in the first file; what is in neither is shown as its box. */
const RUNS = /[\p{ASCII}\u00a0-\u00ff\u2000-\u206f]+|[^\p{ASCII}\u00a0-\u00ff\u2000-\u206f]+/gu;
const IS_PLAIN = /^[\p{ASCII}\u00a0-\u00ff\u2000-\u206f]/u;
const runsOf = (text: string): readonly { readonly set: (typeof SETS)[number]; readonly text: string }[] =>
  (text.match(RUNS) ?? []).map((run) => ({ set: IS_PLAIN.test(run) ? "latin" : "latin-ext", text: run }));

const write = (pdf: PDFKit.PDFDocument, face: Face, text: string): void => {
  const runs = runsOf(text);
  for (const [place, run] of runs.entries())
    pdf.font(`${face}-${run.set}`).text(run.text, { continued: place < runs.length - 1 });
};

/** A masked part is a black block with the word on it: nothing of what was there is in the file. */
const writeBlock = (pdf: PDFKit.PDFDocument, word: string): void => {
  pdf.font("body-latin");
  // The block stands on the page on which its word does.
  if (pdf.y + pdf.currentLineHeight() > pdf.page.height - MARGIN) pdf.addPage();
  const [x, y] = [pdf.x, pdf.y];
  pdf.rect(x, y, pdf.widthOfString(word) + 12, pdf.currentLineHeight()).fill("#000000");
  pdf.fillColor("#ffffff").text(word, x + 6, y);
  pdf.fillColor("#000000");
  pdf.x = x;
};

const writeFact = (pdf: PDFKit.PDFDocument, { label, text }: DocumentFact, maskedWord: string): void => {
  pdf.fontSize(10);
  write(pdf, "head", label);
  if (text === undefined) writeBlock(pdf, maskedWord);
  else write(pdf, "body", text);
  pdf.moveDown(0.4);
};

const layOut = (pdf: PDFKit.PDFDocument, document: DecisionDocument): void => {
  const root = pdf.struct("Document");
  pdf.addStructure(root);
  const add = (kind: "H1" | "H2" | "P", draw: () => void): void => {
    root.add(pdf.struct(kind, {}, [draw]));
  };
  add("H1", () => write(pdf.fontSize(20), "head", document.title));
  add("P", () => write(pdf.fontSize(11), "body", document.subtitle));
  const { note } = document;
  if (note !== undefined) add("P", () => write(pdf.moveDown(0.5).fontSize(10), "head", note));
  for (const { heading, facts } of document.sections) {
    add("H2", () => write(pdf.moveDown(0.8).fontSize(14), "head", heading));
    for (const each of facts) add("P", () => writeFact(pdf, each, document.maskedWord));
  }
  root.end();
};

/**
 * The document as a tagged PDF with language, title and embedded fonts. Its date is that of the decision, so the same
 * decision gives the same bytes.
 */
export const decisionPdf = async (document: DecisionDocument): Promise<Uint8Array> => {
  const pdf = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    pdfVersion: "1.7",
    lang: document.language,
    tagged: true,
    displayTitle: true,
    font: join(FONTS, "source-sans-3-latin-400-normal.woff"),
    info: { Title: `${document.title}: ${document.subtitle}`, CreationDate: new Date(document.decidedAt) },
  });
  const parts: Buffer[] = [];
  const whole = new Promise<Uint8Array>((resolve, reject) => {
    pdf.on("data", (part: Buffer) => parts.push(part));
    pdf.on("end", () => resolve(Buffer.concat(parts)));
    pdf.on("error", reject);
  });
  await registerFonts(pdf);
  layOut(pdf, document);
  pdf.end();
  return whole;
};
