import { z } from "zod";
import { MEMBER_CLASSES, PLATFORMS } from "#lib/domain/directory.ts";
import type { ErrorCode, RefusalParams } from "#lib/domain/errors.ts";
import { IDENTIFIER_SCHEMES, type Identifier, parseIdentifier } from "#lib/domain/identifier.ts";
import { faultOfText } from "#lib/domain/plain-text.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { Digest, fileText, PublicId } from "./common.ts";

/** More is refused; a file of this length is read, checked and brought in within one transaction. */
export const MAX_ROWS = 10_000;
/** The body that carries such a file. */
export const FILE_BYTES = 8_388_608;

const REQUIRED = ["name_sv", "organisation_number", "member_class"] as const;
const OPTIONAL = [
  "name_en",
  "scheme",
  "country",
  "server_name",
  "platform",
  "incident_name",
  "incident_email",
  "incident_phone",
  "administrator_email",
  "approver_emails",
] as const;
export const COLUMNS = [...REQUIRED, ...OPTIONAL] as const;
export type Column = (typeof COLUMNS)[number];

/** What the columns may be called in a Swedish file. */
export const SWEDISH_COLUMNS: Readonly<Record<Column, string>> = {
  name_sv: "namn",
  organisation_number: "organisationsnummer",
  member_class: "medlemsklass",
  name_en: "namn_engelska",
  scheme: "register",
  country: "land",
  server_name: "servernamn",
  platform: "plattform",
  incident_name: "incidentkontakt",
  incident_email: "incidentkontakt_epost",
  incident_phone: "incidentkontakt_telefon",
  administrator_email: "administratör_epost",
  approver_emails: "attestanter_epost",
};
export const isRequired = (column: Column): boolean => REQUIRED.some((known) => known === column);

/** The column that a heading names, in either language and however it is spaced. */
export const columnOf = (heading: string): Column | undefined => {
  const name = heading
    .normalize("NFC")
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  return COLUMNS.find((column) => column === name || SWEDISH_COLUMNS[column] === name);
};

export type CellFault = { readonly column: Column; readonly code: ErrorCode; readonly params?: RefusalParams };
type Read<T> = { readonly value: T } | { readonly code: ErrorCode; readonly params?: RefusalParams };

const Email = z.email().max(254);
const SWEDISH_CLASSES: Readonly<Record<string, (typeof MEMBER_CLASSES)[number]>> = {
  statlig_myndighet: "state_agency",
  kommun: "municipality",
  vårdgivare: "care_provider",
  annat_offentligt_organ: "other_public_body",
  privat_part: "private_partner",
};

const name = (text: string, limit: number): Read<string> => {
  if (text.length > limit) return { code: "value_too_long", params: { limit } };
  const code = text.isWellFormed() ? faultOfText(text) : "hidden_characters";
  return code === undefined ? { value: text } : { code };
};
const email = (text: string): Read<string> =>
  Email.safeParse(text).success ? { value: text.toLowerCase() } : { code: "invalid_email" };
const choice = <T extends string>(all: readonly T[], text: string): Read<T> => {
  const found = all.find((known) => known === text);
  return found === undefined ? { code: "unknown_choice" } : { value: found };
};
const memberClass = (text: string): Read<(typeof MEMBER_CLASSES)[number]> => {
  const word = text.toLowerCase().replaceAll(/\s+/g, "_");
  return choice(MEMBER_CLASSES, SWEDISH_CLASSES[word] ?? word);
};
const phone = (text: string): Read<string> =>
  /^\+?[\d ()/-]{3,40}$/.test(text) ? { value: text } : { code: "invalid_input" };
const country = (text: string): Read<string> =>
  /^[A-Z]{2}$/.test(text.toUpperCase()) ? { value: text.toUpperCase() } : { code: "unknown_choice" };

/** One row that holds, as the forms of the portal would have taken it. */
export type FileAgency = {
  readonly line: number;
  readonly name: { readonly sv: string; readonly en: string };
  readonly identifier: Identifier;
  readonly memberClass: (typeof MEMBER_CLASSES)[number];
  readonly country: string;
  readonly server: { readonly name: ServerName; readonly platform: (typeof PLATFORMS)[number] } | undefined;
  readonly incident: { readonly name: string; readonly email: string; readonly phone: string | null } | undefined;
  readonly administrator: string | undefined;
  readonly approvers: readonly string[];
};

type Cells = Readonly<Partial<Record<Column, string>>>;
type Take = <T>(column: Column, read: (text: string) => Read<T>) => T | undefined;

const taking =
  (cells: Cells, faults: CellFault[]): Take =>
  (column, read) => {
    const text = cells[column] ?? "";
    if (text === "") {
      if (isRequired(column)) faults.push({ column, code: "value_missing" });
      return undefined;
    }
    const result = read(text);
    if ("value" in result) return result.value;
    faults.push({ column, ...result });
    return undefined;
  };

const identifierOf = (take: Take): Identifier | undefined => {
  const scheme = take("scheme", (text) => choice(IDENTIFIER_SCHEMES, text.toLowerCase())) ?? "orgnr";
  return take("organisation_number", (text): Read<Identifier> => {
    const read = parseIdentifier(scheme, text.slice(0, 81));
    return read.ok ? { value: read.value } : { code: read.error };
  });
};

const serverOf = (take: Take): FileAgency["server"] => {
  const platform = take("platform", (text) => choice(PLATFORMS, text.toLowerCase())) ?? "synapse";
  const found = take("server_name", (text): Read<ServerName> => {
    const read = parseServerName(text);
    return read.ok ? { value: read.value } : { code: read.error };
  });
  return found === undefined ? undefined : { name: found, platform };
};

const incidentOf = (take: Take, agency: string): FileAgency["incident"] => {
  const person = take("incident_name", (text) => name(text, 120)) ?? agency.slice(0, 120);
  const number = take("incident_phone", phone) ?? null;
  const address = take("incident_email", email);
  return address === undefined ? undefined : { name: person, email: address, phone: number };
};

const approversOf = (take: Take): readonly string[] =>
  take("approver_emails", (text): Read<readonly string[]> => {
    const all = text.split(/[\s,;|]+/).filter((part) => part !== "");
    const bad = all.length > 10 || all.some((part) => !Email.safeParse(part).success);
    return bad ? { code: "invalid_email" } : { value: [...new Set(all.map((part) => part.toLowerCase()))] };
  }) ?? [];

/**
 * Reads the cells of one row, all of them: every fault is said at once.
 *
 * @param cells by column; a column that the file does not have is absent or empty
 */
export const readRow = (
  line: number,
  cells: Cells,
): { readonly agency: FileAgency | undefined; readonly faults: readonly CellFault[] } => {
  const faults: CellFault[] = [];
  const take = taking(cells, faults);
  const sv = take("name_sv", (text) => name(text, 160));
  const en = take("name_en", (text) => name(text, 160));
  const identifier = identifierOf(take);
  const kind = take("member_class", memberClass);
  const rest = {
    country: take("country", country) ?? "SE",
    server: serverOf(take),
    incident: incidentOf(take, sv ?? ""),
    administrator: take("administrator_email", email),
    approvers: approversOf(take),
  };
  if (sv === undefined || identifier === undefined || kind === undefined || faults.length > 0)
    return { agency: undefined, faults };
  return { agency: { line, name: { sv, en: en ?? sv }, identifier, memberClass: kind, ...rest }, faults };
};

const csv = fileText(FILE_BYTES);
export const PreviewAgencyFile = z.strictObject({ csv }).meta({ id: "PreviewAgencyFile" });
export type PreviewAgencyFile = z.output<typeof PreviewAgencyFile>;

/** Brings the file in as it was shown: `digest` is the preview's. */
export const ImportAgencies = z.strictObject({ csv, digest: Digest }).meta({ id: "ImportAgencies" });
export type ImportAgencies = z.output<typeof ImportAgencies>;

const Finding = z.object({
  column: z.enum(COLUMNS).nullable().meta({ description: "Null: it is of the row, or of the file, as a whole." }),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

export const AgencyFilePreview = z
  .object({
    digest: Digest,
    agencies: z.int(),
    servers: z.int(),
    invitations: z.int(),
    faults: z.int().meta({ description: "0: the file can be brought in." }),
    rows: z
      .array(
        z.object({
          line: z.int(),
          name: z.string(),
          identifier: z.string().meta({ description: "Empty where it holds a person's own number." }),
          serverName: z.string().nullable(),
          invitations: z.int(),
          findings: z.array(Finding),
        }),
      )
      .meta({ description: "Every row with a fault, then the first of those without." }),
    fileFindings: z.array(Finding),
  })
  .meta({ id: "AgencyFilePreview" });
export type AgencyFilePreview = z.infer<typeof AgencyFilePreview>;

export const ImportedAgencies = z
  .object({
    agencies: z.array(z.object({ id: PublicId("agy"), name: z.string() })),
    servers: z.int(),
    invitations: z.array(
      z.object({
        agency: z.string(),
        role: z.enum(["administrator", "approver"]),
        email: z.string(),
        url: z.string().nullable().meta({ description: "Shown once; null when the same request is sent again." }),
        mailed: z.boolean(),
      }),
    ),
  })
  .meta({ id: "ImportedAgencies" });
export type ImportedAgencies = z.infer<typeof ImportedAgencies>;
