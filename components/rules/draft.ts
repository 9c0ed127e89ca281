import type { ClauseForm } from "#lib/contracts/rules.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { CLAUSE_KINDS, type Clause, type ClauseKind, REGIONS } from "#lib/domain/rules.ts";

/** Acts by which a request can be bound, under the numbers by which they are known in both languages. */
export const LAWS = {
  osl: "2009:400",
  fl: "2017:900",
  gdpr: "2016/679",
  dsl: "2018:218",
  csl: "2025:1506",
  mf: "2007:515",
} as const;
export type Law = keyof typeof LAWS;
export const LAW_KEYS: readonly Law[] = ["osl", "fl", "gdpr", "dsl", "csl", "mf"];

/** What a person has filled in; a value stands also while its demand is not chosen. */
export type Draft = {
  readonly kinds: readonly string[];
  readonly classes: readonly string[];
  readonly within: string;
  readonly most: string;
  readonly least: string;
  readonly days: string;
  readonly hours: string;
  readonly laws: readonly string[];
};

const EMPTY: Draft = {
  kinds: [],
  classes: ["state_agency"],
  within: "sweden",
  most: "1",
  least: "eea",
  days: "365",
  hours: "72",
  laws: ["osl"],
};

const saidBy = (clause: Clause): Partial<Draft> => {
  switch (clause.kind) {
    case "member_class":
      return { classes: clause.of };
    case "country":
      return { within: clause.within };
    case "ceiling":
      return { most: String(clause.most) };
    case "residency":
      return { least: clause.least };
    case "ends_within":
      return { days: String(clause.days) };
    case "offline":
      return { hours: String(clause.hours) };
    case "laws":
      return { laws: LAW_KEYS.filter((key) => clause.of.includes(LAWS[key])) };
    default:
      return {};
  }
};

/** The form of rules that stand. */
export const draftOf = (clauses: readonly Clause[]): Draft =>
  Object.assign({ ...EMPTY, kinds: clauses.map(({ kind }) => kind) }, ...clauses.map(saidBy));

const whole = (text: string, least: number, most: number): number | undefined => {
  const number = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
};

const clauseOf = (kind: ClauseKind, draft: Draft): ClauseForm | undefined => {
  switch (kind) {
    case "member_class": {
      const of = MEMBER_CLASSES.filter((each) => draft.classes.includes(each));
      return of.length === 0 ? undefined : { kind, of };
    }
    case "country": {
      const within = REGIONS.find((each) => each === draft.within);
      return within === undefined ? undefined : { kind, within };
    }
    case "ceiling": {
      const most = LEVELS.find((each) => String(each) === draft.most);
      return most === undefined ? undefined : { kind, most };
    }
    case "residency":
      return { kind, least: draft.least === "sweden" ? "sweden" : "eea" };
    case "ends_within": {
      const days = whole(draft.days, 1, 3_650);
      return days === undefined ? undefined : { kind, days };
    }
    case "offline": {
      const hours = whole(draft.hours, 0, 720);
      return hours === undefined ? undefined : { kind, hours };
    }
    case "laws": {
      const of = LAW_KEYS.filter((key) => draft.laws.includes(key)).map((key) => LAWS[key]);
      return of.length === 0 ? undefined : { kind, of };
    }
    default:
      return { kind };
  }
};

/** The clauses of a form, and which demands lack a usable value. */
export const clausesOf = (draft: Draft): { readonly clauses: ClauseForm[]; readonly faulty: readonly ClauseKind[] } => {
  const chosen = CLAUSE_KINDS.filter((kind) => draft.kinds.includes(kind));
  return {
    clauses: chosen.flatMap((kind) => clauseOf(kind, draft) ?? []),
    faulty: chosen.filter((kind) => clauseOf(kind, draft) === undefined),
  };
};
