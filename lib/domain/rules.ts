import type { Level } from "./classification.ts";
import { EEA, EU } from "./countries.ts";
import type { MemberClass } from "./directory.ts";
import { DAY, HOUR, type Instant } from "./instant.ts";
import type { Content, ResidencyRule } from "./terms.ts";
import type { Terms } from "./trust.ts";

/** Where an agency may be from. */
export const REGIONS = ["sweden", "eu", "eea"] as const;
export type Region = (typeof REGIONS)[number];

/** One demand on a request. Rules are data: a list of these, checked by {@link checkClauses} and by nothing else. */
export type Clause =
  | { readonly kind: "member_class"; readonly of: readonly MemberClass[] }
  | { readonly kind: "country"; readonly within: Region }
  | { readonly kind: "ceiling"; readonly most: Level }
  | { readonly kind: "no_personal_data" }
  | { readonly kind: "residency"; readonly least: Exclude<ResidencyRule, "anywhere"> }
  | { readonly kind: "ends_within"; readonly days: number }
  | { readonly kind: "offline"; readonly hours: number }
  | { readonly kind: "legal_basis" }
  | { readonly kind: "laws"; readonly of: readonly string[] }
  | { readonly kind: "secrecy" }
  | { readonly kind: "trial" };
export type ClauseKind = Clause["kind"];

/** Every kind of demand, in the order in which it is read. */
export const CLAUSE_KINDS = [
  "member_class",
  "country",
  "ceiling",
  "no_personal_data",
  "residency",
  "ends_within",
  "offline",
  "legal_basis",
  "laws",
  "secrecy",
  "trial",
] as const satisfies readonly ClauseKind[];

/** What a request says, as far as a rule looks at it. `others`: the agencies that the rule is about. */
export type Asked = {
  readonly others: readonly { readonly memberClass: MemberClass; readonly country: string }[];
  readonly start?: Instant | undefined;
  readonly end?: Instant | undefined;
  readonly legalBasis?: string | undefined;
  readonly content?: Content | undefined;
  /** When it was asked: what has no start begins then. */
  readonly at: Instant;
};

/** Terms as a rule looks at them; `others` are the agencies that the rule is about. */
export const askedOf = ({ start, end, legalBasis, content }: Terms, others: Asked["others"], at: Instant): Asked => ({
  others,
  start,
  end,
  legalBasis,
  content,
  at,
});

/** `said` and `within` hold; `unsaid`: the request is silent; `outside`: it says something else. */
export const REASONS = ["said", "within", "unsaid", "outside"] as const;
export type Reason = (typeof REASONS)[number];

export type Verdict = {
  readonly clause: Clause;
  readonly holds: boolean;
  readonly why: Reason;
  /** What the request says of it, in the words of the terms: classes, countries, a level, whole days or hours. */
  readonly found: readonly string[];
};

const COUNTRIES: Readonly<Record<Region, readonly string[]>> = { sweden: ["SE"], eu: EU, eea: EEA };

type Found = Omit<Verdict, "clause" | "holds">;
const UNSAID: Found = { why: "unsaid", found: [] };
const judged = (fits: boolean, ...found: readonly string[]): Found => ({ why: fits ? "within" : "outside", found });
const among = (found: readonly string[], allowed: readonly string[]): Found =>
  found.length === 0
    ? UNSAID
    : judged(
        found.every((each) => allowed.includes(each)),
        ...new Set(found),
      );
/** A law by its number in the Swedish Code of Statutes or of the Union (`2009:400`), whatever language it is named in. */
const lawCode = (law: string): string => /\((\d{4}[:/]\d+)\)/.exec(law)?.[1] ?? law.trim();

const spoken = (said: boolean): Found => (said ? { why: "said", found: [] } : UNSAID);

/** How strict a residency rule is; more is stricter. */
const STRICTNESS: Readonly<Record<ResidencyRule, number>> = { anywhere: 0, eea: 1, sweden: 2 };

const endOf = ({ start, end, at }: Asked, days: number): Found => {
  if (end === undefined) return UNSAID;
  const begins = Math.max(start ?? at, at);
  return judged(end - begins <= days * DAY, String(Math.ceil(Math.max(0, end - begins) / DAY)));
};

const lookAt = (clause: Clause, asked: Asked): Found => {
  const { content = {}, others, legalBasis } = asked;
  const laws = (content.laws ?? []).map(({ law }) => lawCode(law));
  switch (clause.kind) {
    case "member_class":
      return among(
        others.map(({ memberClass }) => memberClass),
        clause.of,
      );
    case "country":
      return among(
        others.map(({ country }) => country),
        COUNTRIES[clause.within],
      );
    case "ceiling":
      return content.ceiling === undefined ? UNSAID : judged(content.ceiling <= clause.most, String(content.ceiling));
    case "no_personal_data":
      return content.personalData === undefined ? UNSAID : judged(!content.personalData, String(content.personalData));
    case "residency":
      return content.residency === undefined
        ? UNSAID
        : judged(STRICTNESS[content.residency] >= STRICTNESS[clause.least], content.residency);
    case "ends_within":
      return endOf(asked, clause.days);
    case "offline":
      // Nothing said of a lost link is no time past the list's own validity.
      return judged(
        (content.offlineMs ?? 0) <= clause.hours * HOUR,
        String(Math.ceil((content.offlineMs ?? 0) / HOUR)),
      );
    case "legal_basis":
      return spoken((legalBasis ?? "").trim() !== "" || laws.length > 0);
    case "laws":
      return among(laws, clause.of);
    case "secrecy":
      return spoken(content.secrecy !== undefined);
    case "trial":
      return spoken(content.trial === true);
  }
};

/**
 * Holds a request against clauses: one verdict for each, in their order, with why. What a request does not say never
 * holds: silence is no consent to anything a rule demands.
 */
export const checkClauses = (clauses: readonly Clause[], asked: Asked): readonly Verdict[] =>
  clauses.map((clause) => {
    const found = lookAt(clause, asked);
    return { clause, holds: found.why === "said" || found.why === "within", ...found };
  });

/** Whether a request fits a rule: every clause holds. A rule without clauses fits nothing. */
export const fits = (verdicts: readonly Verdict[]): boolean =>
  verdicts.length > 0 && verdicts.every(({ holds }) => holds);
