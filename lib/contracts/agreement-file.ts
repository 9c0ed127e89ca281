import { z } from "zod";
import { ceilingOf, NAMED_LEVELS } from "#lib/domain/classification.ts";
import type { ErrorCode, RefusalParams } from "#lib/domain/errors.ts";
import {
  IDENTIFIER_SCHEMES,
  type IdentifierError,
  identifierKey,
  isPersonalNumber,
  parseIdentifier,
} from "#lib/domain/identifier.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { faultOfText } from "#lib/domain/plain-text.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { dayStartInSweden } from "#lib/domain/swedish-day.ts";
import { type Content, RESIDENCY_RULES } from "#lib/domain/terms.ts";
import { Digest, fileText, PublicId } from "./common.ts";

/** More is refused; a file of this length is read, checked and brought in within one transaction. */
export const MOST_AGREEMENTS = 20_000;
/** The body that carries such a file. */
export const AGREEMENT_FILE_BYTES = 8_388_608;

const REQUIRED = ["agency_a", "agency_b", "purpose"] as const;
const OPTIONAL = [
  "legal_basis",
  "start",
  "end",
  "diarienummer_a",
  "diarienummer_b",
  "ceiling",
  "personal_data",
  "residency",
] as const;
export const AGREEMENT_COLUMNS = [...REQUIRED, ...OPTIONAL] as const;
export type AgreementColumn = (typeof AGREEMENT_COLUMNS)[number];

/** What the columns may be called in a Swedish file. */
export const SWEDISH_AGREEMENT_COLUMNS: Readonly<Record<AgreementColumn, string>> = {
  agency_a: "myndighet_a",
  agency_b: "myndighet_b",
  purpose: "ändamål",
  legal_basis: "rättslig_grund",
  start: "startdag",
  end: "slutdag",
  diarienummer_a: "dnr_a",
  diarienummer_b: "dnr_b",
  ceiling: "högsta_nivå",
  personal_data: "personuppgifter",
  residency: "lagring",
};
export const isRequiredOfAgreement = (column: AgreementColumn): boolean => REQUIRED.some((known) => known === column);

/** The column that a heading names, in either language and however it is spaced. */
export const agreementColumnOf = (heading: string): AgreementColumn | undefined => {
  const name = heading
    .normalize("NFC")
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  return AGREEMENT_COLUMNS.find((column) => column === name || SWEDISH_AGREEMENT_COLUMNS[column] === name);
};

export type AgreementCellFault = {
  readonly column: AgreementColumn;
  readonly code: ErrorCode;
  readonly params?: RefusalParams;
};
type Read<T> = { readonly value: T } | { readonly code: ErrorCode; readonly params?: RefusalParams };

/** One row that holds by itself; whom it names is not yet looked up. */
export type FileAgreement = {
  /** How the two are named: an identifier (`orgnr:…`) or a server's name. */
  readonly a: string;
  readonly b: string;
  readonly purpose: string;
  readonly legalBasis: string | undefined;
  readonly start: Instant | undefined;
  /** The first moment after the last day. */
  readonly end: Instant | undefined;
  readonly diarienummer: { readonly a: string | undefined; readonly b: string | undefined };
  readonly content: Content | undefined;
};

const plain = (text: string, limit: number): Read<string> => {
  if (text.length > limit) return { code: "value_too_long", params: { limit } };
  const code = text.isWellFormed() ? faultOfText(text) : "hidden_characters";
  return code === undefined ? { value: text } : { code };
};
const identified = (scheme: (typeof IDENTIFIER_SCHEMES)[number], text: string): Read<string> => {
  const read = parseIdentifier(scheme, text);
  return read.ok ? { value: identifierKey(read.value) } : { code: read.error satisfies IdentifierError };
};
const party = (text: string): Read<string> => {
  const short = text.slice(0, 300);
  if (isPersonalNumber(short)) return { code: "personal_number" };
  const [before, after] = short.split(/:(.*)/s);
  const scheme = IDENTIFIER_SCHEMES.find((known) => known === before?.toLowerCase());
  if (scheme !== undefined && after !== undefined) return identified(scheme, after);
  if (/^[\d\s-]+$/.test(short)) return identified("orgnr", short);
  const name = parseServerName(short);
  return name.ok ? { value: name.value } : { code: name.error };
};
const days = new Map<string, Instant | undefined>();
const day = (text: string, after: number): Read<Instant> => {
  const key = `${after} ${text.slice(0, 11)}`;
  // A file names few days many times, and to ask a calendar is slow.
  if (days.size > 5_000) days.clear();
  if (!days.has(key)) days.set(key, dayStartInSweden(text, after));
  const at = days.get(key);
  return at === undefined ? { code: "invalid_date" } : { value: at };
};
const among = <T extends string>(all: readonly T[], text: string): Read<T> => {
  const found = all.find((known) => known === text.toLowerCase());
  return found === undefined ? { code: "unknown_choice" } : { value: found };
};
const level = (text: string): Read<Exclude<Content["ceiling"], undefined>> => {
  const named = among(NAMED_LEVELS, text);
  if (!("value" in named)) return named;
  const read = ceilingOf(named.value);
  return read.ok ? { value: read.value } : { code: read.error };
};
const YES: Readonly<Record<string, boolean>> = { yes: true, ja: true, no: false, nej: false };
const truth = (text: string): Read<boolean> => {
  const said = YES[text.toLowerCase()];
  return said === undefined ? { code: "unknown_choice" } : { value: said };
};
const SWEDISH_RESIDENCY: Readonly<Record<string, string>> = { ees: "eea", sverige: "sweden", överallt: "anywhere" };
const residency = (text: string) => among(RESIDENCY_RULES, SWEDISH_RESIDENCY[text.toLowerCase()] ?? text);

export type AgreementCells = Readonly<Partial<Record<AgreementColumn, string>>>;

const taking =
  (cells: AgreementCells, faults: AgreementCellFault[]) =>
  <T>(column: AgreementColumn, read: (text: string) => Read<T>): T | undefined => {
    const text = cells[column] ?? "";
    if (text === "") {
      if (isRequiredOfAgreement(column)) faults.push({ column, code: "value_missing" });
      return undefined;
    }
    const result = read(text);
    if ("value" in result) return result.value;
    faults.push({ column, ...result });
    return undefined;
  };

/** Reads the cells of one row, all of them: every fault is said at once. */
export const readAgreementRow = (
  cells: AgreementCells,
): { readonly agreement: FileAgreement | undefined; readonly faults: readonly AgreementCellFault[] } => {
  const faults: AgreementCellFault[] = [];
  const take = taking(cells, faults);
  const [a, b] = [take("agency_a", party), take("agency_b", party)];
  const purpose = take("purpose", (text) => plain(text, 2_000));
  const legalBasis = take("legal_basis", (text) => plain(text, 1_000));
  const start = take("start", (text) => day(text, 0));
  const end = take("end", (text) => day(text, 1));
  const number = (column: AgreementColumn) => take(column, (text) => plain(text, 100));
  const diarienummer = { a: number("diarienummer_a"), b: number("diarienummer_b") };
  const said = {
    ceiling: take("ceiling", level),
    personalData: take("personal_data", truth),
    residency: take("residency", residency),
  };
  if (end !== undefined && end <= (start ?? 0)) faults.push({ column: "end", code: "end_before_start" });
  if (a === undefined || b === undefined || purpose === undefined || faults.length > 0)
    return { agreement: undefined, faults };
  const content = Object.values(said).some((value) => value !== undefined) ? said : undefined;
  return { agreement: { a, b, purpose, legalBasis, start, end, diarienummer, content }, faults };
};

const csv = fileText(AGREEMENT_FILE_BYTES);
export const PreviewAgreementFile = z.strictObject({ csv }).meta({ id: "PreviewAgreementFile" });
export type PreviewAgreementFile = z.output<typeof PreviewAgreementFile>;

/** Brings the file in as it was shown: `digest` is the preview's, and covers which rows had faults. */
export const ImportAgreements = z
  .strictObject({
    csv,
    digest: Digest,
    leaveOut: z.boolean().default(false).meta({ description: "Bring in the rest without the rows that have faults." }),
  })
  .meta({ id: "ImportAgreements" });
export type ImportAgreements = z.output<typeof ImportAgreements>;

const Finding = z.object({
  column: z.enum(AGREEMENT_COLUMNS).nullable(),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

export const AgreementFilePreview = z
  .object({
    digest: Digest,
    agreements: z.int().meta({ description: "Rows without a fault." }),
    agencies: z.int().meta({ description: "Whose word is asked for." }),
    faulty: z.int().meta({ description: "Rows with a fault." }),
    rows: z
      .array(
        z.object({
          line: z.int(),
          a: z.string().meta({ description: "As it was typed; empty where it holds a person's own number." }),
          b: z.string(),
          purpose: z.string(),
          findings: z.array(Finding),
        }),
      )
      .meta({ description: "The first rows with a fault, then the first of those without." }),
    fileFindings: z.array(Finding),
  })
  .meta({ id: "AgreementFilePreview" });
export type AgreementFilePreview = z.infer<typeof AgreementFilePreview>;

export const ImportedAgreements = z
  .object({ id: PublicId("imp"), agreements: z.int(), agencies: z.int(), leftOut: z.int() })
  .meta({ id: "ImportedAgreements" });
export type ImportedAgreements = z.infer<typeof ImportedAgreements>;
