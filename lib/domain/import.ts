import type { JsonObject } from "./canonical.ts";
import { type AgencyId, type ImportId, type PersonId, toPublicId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";

/** What may be done to a batch of agreements that stand on paper: each agency confirms or declines; a coordinator withdraws. */
export const IMPORT_MOVES = ["confirm", "decline", "withdraw"] as const;
export type ImportMove = (typeof IMPORT_MOVES)[number];
export const IMPORT_NEEDS_REASON: ReadonlySet<ImportMove> = new Set<ImportMove>(["decline", "withdraw"]);

/** Where an agency stands: its word is awaited, given, or given against. */
export const IMPORT_STAGES = ["waiting", "confirmed", "declined"] as const;
export type ImportStage = (typeof IMPORT_STAGES)[number];

/** What an agency confirms: the digests of its rows of a batch, in the order of the file. */
export const importDocument = (
  batch: ImportId,
  agency: AgencyId,
  rows: readonly { readonly line: number; readonly digest: string }[],
): JsonObject => ({
  type: "tillit.import.v1",
  batch: toPublicId("imp", batch),
  agency: toPublicId("agy", agency),
  rows: rows.map(({ line, digest }) => ({ line, digest })),
});

/** An agency of the batch; the digest is of all of its rows. */
export type ImportParty = { readonly agency: AgencyId; readonly digest: string; readonly approversRequired: 1 | 2 };

/** One recorded act. Append-only. */
export type ImportAct = {
  readonly kind: ImportMove;
  /** Absent where a coordinator withdrew the batch. */
  readonly agency: AgencyId | undefined;
  readonly person: PersonId;
  readonly digest: string;
  /** Lines of the file that this agency does not confirm. */
  readonly leftOut: readonly number[];
  readonly reason: string | undefined;
  readonly at: Instant;
};

export type ImportFacts = {
  readonly createdBy: PersonId;
  readonly parties: readonly ImportParty[];
  readonly acts: readonly ImportAct[];
};

export const isWithdrawn = ({ acts }: Pick<ImportFacts, "acts">): boolean =>
  acts.some(({ kind }) => kind === "withdraw");

/** The acts by which an agency confirmed, one for each person. */
export const confirmationsOf = (acts: readonly ImportAct[], agency: AgencyId): readonly ImportAct[] =>
  acts.filter((act) => act.kind === "confirm" && act.agency === agency);

/** Where one agency stands: a "no" outweighs every "yes". */
export const importStageOf = (acts: readonly ImportAct[], party: ImportParty): ImportStage => {
  if (acts.some(({ kind, agency }) => kind === "decline" && agency === party.agency)) return "declined";
  const people = new Set(confirmationsOf(acts, party.agency).map(({ person }) => person));
  return people.size >= party.approversRequired ? "confirmed" : "waiting";
};

/** A row of the batch as far as it matters to whether it stands. */
export type ImportPair = { readonly line: number; readonly home: AgencyId; readonly partner: AgencyId };

/** What a row is, by both sides' words alone. */
export const ROW_STATES = ["waiting", "confirmed", "left_out", "declined", "withdrawn"] as const;
export type RowState = (typeof ROW_STATES)[number];

/** What each row comes to: confirmed where both sides have confirmed and neither of them left it out. */
export const rowStates = ({ parties, acts }: ImportFacts): ((row: ImportPair) => RowState) => {
  const stages = new Map(parties.map((party) => [party.agency, importStageOf(acts, party)]));
  const omitted = new Map<AgencyId, Set<number>>();
  for (const { agency, leftOut } of acts)
    if (agency !== undefined) omitted.set(agency, new Set([...(omitted.get(agency) ?? []), ...leftOut]));
  const withdrawn = isWithdrawn({ acts });
  return ({ line, home, partner }) => {
    const both = [stages.get(home) ?? "waiting", stages.get(partner) ?? "waiting"];
    if (both.includes("declined")) return "declined";
    if (omitted.get(home)?.has(line) === true || omitted.get(partner)?.has(line) === true) return "left_out";
    if (withdrawn) return "withdrawn";
    return both.includes("waiting") ? "waiting" : "confirmed";
  };
};

export type ImportAttempt = {
  readonly move: ImportMove;
  readonly agency: AgencyId | undefined;
  readonly person: PersonId;
  readonly digest: string;
  readonly reason: string | undefined;
};

export type ImportRefusal =
  | "not_a_party"
  | "move_not_allowed"
  | "own_request"
  | "already_consented"
  | "terms_changed"
  | "reason_required";

const refusalOfConfirm = (
  facts: ImportFacts,
  party: ImportParty,
  { person, digest }: ImportAttempt,
): ImportRefusal | undefined => {
  if (digest !== party.digest) return "terms_changed";
  // Whoever brought the file in does not confirm it, and one person confirms for one side only.
  if (facts.createdBy === person) return "own_request";
  const confirmed = facts.acts.some((act) => act.kind === "confirm" && act.person === person);
  return confirmed || importStageOf(facts.acts, party) === "confirmed" ? "already_consented" : undefined;
};

/** Whether this may be done now; the caller has established that the person holds the role for it. */
export const decideImport = (facts: ImportFacts, attempt: ImportAttempt): Result<true, ImportRefusal> => {
  const { move, agency, reason } = attempt;
  if (isWithdrawn(facts)) return err("move_not_allowed");
  if (IMPORT_NEEDS_REASON.has(move) && (reason ?? "").trim() === "") return err("reason_required");
  if (move === "withdraw") return agency === undefined ? ok(true) : err("move_not_allowed");
  const party = facts.parties.find((each) => each.agency === agency);
  if (party === undefined) return err("not_a_party");
  if (importStageOf(facts.acts, party) === "declined") return err("move_not_allowed");
  const refused = move === "confirm" ? refusalOfConfirm(facts, party, attempt) : undefined;
  return refused === undefined ? ok(true) : err(refused);
};

/** Whether that person could confirm for the agency now. */
export const importWaitsFor = (facts: ImportFacts, party: ImportParty, person: PersonId): boolean =>
  importStageOf(facts.acts, party) === "waiting" &&
  decideImport(facts, { move: "confirm", agency: party.agency, person, digest: party.digest, reason: undefined }).ok;
