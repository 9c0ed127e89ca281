import type { JsonObject } from "./canonical.ts";
import type { AgencyId, DecisionId, HomeserverId, PersonId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import { MINUTE } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";
import type { ServerName } from "./server-name.ts";
import { type Content, contentDocument } from "./terms.ts";

export const SIDES = ["home", "partner"] as const;
/** `home` asked, `partner` was asked. */
export type Side = (typeof SIDES)[number];

export const STAGES = ["requested", "offered", "agreed", "closed"] as const;
export type Stage = (typeof STAGES)[number];

/** What a person may do to an agreement. `undo` is a revocation within ten minutes of the last acceptance. */
export const MOVES = [
  "endorse",
  "accept",
  "decline",
  "withdraw",
  "revoke",
  "suspend",
  "resume",
  "undo",
  "reconsent",
] as const;
export type Move = (typeof MOVES)[number];

/**
 * What stands in the record beside the moves: the request, the hold that a changed identity brings, new terms that both
 * accepted, a party that left the federation, and a group that no longer holds the two together.
 */
export type DecisionKind = Move | "request" | "hold" | "amend" | "leave" | "part";

/** The terms as both sides saw them: frozen when sent. Keys are shown and recorded beside the names, not bound by the digest. */
export type Terms = {
  readonly purpose: string;
  readonly legalBasis?: string;
  /** Both sides' agencies by identifier (`orgnr:…`), every agency that the named servers serve. */
  readonly parties: Readonly<Record<Side, readonly string[]>>;
  readonly servers: Readonly<Record<Side, readonly ServerName[]>>;
  readonly start?: Instant;
  readonly end?: Instant;
  readonly content?: Content;
  readonly basis?: Basis;
};

/** The group that the agreement came of: each side consented to the group's document, once for all of its members. */
export type Basis = {
  /** As documents name it: `grp_…`. */
  readonly group: string;
  readonly digest: string;
  /** The side that took part before the other was proposed, and consented by not excepting itself in time. */
  readonly silent?: Side;
};

/** The terms as the canonical document whose digest a consent is bound to. */
export const termsDocument = (
  federation: string,
  { start, end, legalBasis, content, basis, ...terms }: Terms,
): JsonObject => ({
  type: "tillit.terms.v1",
  federation,
  ...terms,
  ...(legalBasis === undefined ? {} : { legal_basis: legalBasis }),
  ...(start === undefined ? {} : { start }),
  ...(end === undefined ? {} : { end }),
  ...(content === undefined ? {} : { content: contentDocument(content) }),
  ...(basis === undefined ? {} : { basis: { ...basis } }),
});

export type Party = { readonly agency: AgencyId; readonly side: Side; readonly approversRequired: 1 | 2 };

/** One recorded act. Append-only: the state of an agreement is what its decisions add up to. */
export type Decision = {
  readonly id: DecisionId;
  readonly kind: DecisionKind;
  readonly side: Side;
  readonly agency: AgencyId;
  /** Absent where the portal itself acted: a hold, or an agency's rule. */
  readonly person?: PersonId;
  readonly version: number;
  readonly digest: string;
  readonly diarienummer?: string;
  readonly reason?: string;
  readonly acr?: string;
  /** The agency's own rule that consented in a person's place, and who answered for it then. */
  readonly rule?: { readonly number: number; readonly owner: PersonId } | undefined;
  readonly at: Instant;
};

/** Which servers the agreement opens between, and what it stands on. */
export type AgreementFacts = {
  readonly parties: readonly Party[];
  readonly version: number;
  readonly digest: string;
  readonly start?: Instant;
  readonly end?: Instant;
};

export type AgreementState = {
  readonly stage: Stage;
  readonly closedBy: "decline" | "withdraw" | "revoke" | "undo" | "leave" | "part" | undefined;
  readonly suspendedBy: ReadonlySet<Side>;
  /** Parties that must consent again since a server's identity changed; empty when nothing is held. */
  readonly awaitingReconsent: ReadonlySet<AgencyId>;
  /** Consents given again since the last hold. */
  readonly reconsents: readonly Decision[];
  readonly consents: readonly Decision[];
  readonly requestedBy: PersonId | undefined;
  readonly agreedAt: Instant | undefined;
};

export const UNDO_WINDOW = 10 * MINUTE;

/** Illegal moves are absent from the table, not guarded. */
const NEXT: Readonly<Record<Stage, Partial<Readonly<Record<Move, Stage>>>>> = {
  requested: { endorse: "offered", withdraw: "closed", decline: "closed" },
  offered: { accept: "agreed", withdraw: "closed", decline: "closed" },
  agreed: { revoke: "closed", undo: "closed", suspend: "agreed", resume: "agreed", reconsent: "agreed" },
  closed: {},
};

/** Moves that only one side has; the others belong to both. */
const SIDE_OF: Partial<Readonly<Record<Move, Side>>> = { endorse: "home", withdraw: "home", accept: "partner" };

/** Acts that shut a door for good: beyond so many by one person for one agency within the window, another must act. */
export const COUNTED_ACTS: readonly Move[] = ["revoke", "undo"];
export const MOST_ACTS_ALONE = 3;
export const COUNTING_WINDOW = 10 * MINUTE;

/** Moves that must say why. */
export const NEEDS_REASON: ReadonlySet<Move> = new Set<Move>(["decline", "suspend", "revoke"]);

/** Moves by which a side consents, and which therefore carry its diarienummer and are bound to the digest. */
export const CONSENTS: ReadonlySet<DecisionKind> = new Set<DecisionKind>(["endorse", "accept"]);

const EMPTY: AgreementState = {
  stage: "requested",
  closedBy: undefined,
  suspendedBy: new Set(),
  awaitingReconsent: new Set(),
  reconsents: [],
  consents: [],
  requestedBy: undefined,
  agreedAt: undefined,
};

/** A rule stands for the two people who made it one: it is enough also where two are asked for. */
const consentedBy = (consents: readonly Decision[], { agency, approversRequired }: Party): boolean => {
  const own = consents.filter((consent) => consent.agency === agency);
  return (
    own.some(({ rule }) => rule !== undefined) || new Set(own.map(({ person }) => person)).size >= approversRequired
  );
};

/** Whether every agency of that side has given all the consents it asks of itself. */
export const sideIsComplete = (facts: AgreementFacts, consents: readonly Decision[], side: Side): boolean =>
  facts.parties.filter((party) => party.side === side).every((party) => consentedBy(consents, party));

/** The agencies whose consent is awaited: to the request, or anew since an identity changed. */
export const awaitedAgencies = (facts: AgreementFacts, state: AgreementState): readonly AgencyId[] => {
  if (state.stage === "agreed") return [...state.awaitingReconsent];
  if (state.stage === "closed") return [];
  const side = state.stage === "requested" ? "home" : "partner";
  return facts.parties
    .filter((party) => party.side === side && !consentedBy(state.consents, party))
    .map(({ agency }) => agency);
};

const without = <T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> => new Set([...set].filter((each) => each !== item));

/**
 * The terms as they stand, and those whose consents count as history: a hold that brings new terms (a server's new name)
 * lets what was agreed stand, shut until every party has consented to the new ones; new terms that both accepted let it stand.
 */
type Standing = AgreementFacts & { readonly earlier: ReadonlySet<string> };

const standing = (facts: AgreementFacts, decisions: readonly Decision[]): Standing => {
  const first = decisions.findIndex(({ digest }) => digest === facts.digest);
  const brought = decisions[first]?.kind;
  const before = brought === "hold" || brought === "amend" ? decisions.slice(0, first) : [];
  return { ...facts, earlier: new Set(before.map(({ digest }) => digest)) };
};

const consent = (facts: Standing, state: AgreementState, decision: Decision): AgreementState => {
  if (decision.digest !== facts.digest && !facts.earlier.has(decision.digest)) return state;
  const consents = [...state.consents, decision];
  const complete = sideIsComplete(facts, consents, decision.side);
  const stage = complete ? (NEXT[state.stage][decision.kind as Move] ?? state.stage) : state.stage;
  return { ...state, consents, stage, agreedAt: stage === "agreed" ? decision.at : state.agreedAt };
};

/** An agency that asks two approvers of itself asks them of a consent given again, too. */
const reconsent = (facts: AgreementFacts, state: AgreementState, decision: Decision): AgreementState => {
  const reconsents = [...state.reconsents, decision];
  const party = facts.parties.find(({ agency }) => agency === decision.agency);
  const complete = party !== undefined && consentedBy(reconsents, party);
  const awaitingReconsent = complete ? without(state.awaitingReconsent, decision.agency) : state.awaitingReconsent;
  return { ...state, reconsents, awaitingReconsent };
};

const apply = (facts: Standing, state: AgreementState, decision: Decision): AgreementState => {
  const { kind, side } = decision;
  switch (kind) {
    case "request":
      return { ...state, requestedBy: decision.person };
    case "endorse":
    case "accept":
      return consent(facts, state, decision);
    case "suspend":
      return { ...state, suspendedBy: new Set([...state.suspendedBy, side]) };
    case "resume":
      return { ...state, suspendedBy: without(state.suspendedBy, side) };
    case "hold":
      return { ...state, awaitingReconsent: new Set(facts.parties.map(({ agency }) => agency)), reconsents: [] };
    case "reconsent":
      return reconsent(facts, state, decision);
    // Its own consents stand beside it: the agreement goes on as it was, under the new terms.
    case "amend":
      return state;
    case "decline":
    case "withdraw":
    case "revoke":
    case "undo":
    // A party has left the federation, or the group that the agreement came of.
    case "leave":
    case "part":
      return { ...state, stage: "closed", closedBy: kind };
  }
};

/** What the decisions add up to, in the order they were recorded. Nothing follows a closed agreement. */
export const foldDecisions = (facts: AgreementFacts, decisions: readonly Decision[]): AgreementState => {
  const stand = standing(facts, decisions);
  return decisions.reduce(
    (state, decision) => (state.stage === "closed" ? state : apply(stand, state, decision)),
    EMPTY,
  );
};

/** Whether the agreement opens its doors now: agreed, suspended by nobody, held by nothing, and within its dates. */
export const isOpen = (facts: AgreementFacts, state: AgreementState, now: Instant): boolean =>
  state.stage === "agreed" &&
  state.suspendedBy.size === 0 &&
  state.awaitingReconsent.size === 0 &&
  (facts.start === undefined || facts.start <= now) &&
  (facts.end === undefined || now < facts.end);

/** Whether the agreement's end has passed: nothing more can be decided about it. */
export const hasExpired = ({ end }: AgreementFacts, now: Instant): boolean => end !== undefined && end <= now;

export type Attempt = {
  readonly agency: AgencyId;
  readonly person: PersonId;
  readonly move: Move;
  readonly digest: string;
  readonly reason?: string;
  readonly at: Instant;
};

export type MoveRefusal =
  | "not_a_party"
  | "move_not_allowed"
  | "own_request"
  | "already_consented"
  | "terms_changed"
  | "reason_required"
  | "undo_too_late"
  | "agreement_expired";

const refusalOfConsent = (state: AgreementState, attempt: Attempt): MoveRefusal | undefined => {
  if (state.requestedBy === attempt.person) return "own_request";
  // One person consents once, whichever side or agency they act for: four eyes are four, and each agency's own.
  if (state.consents.some(({ person }) => person === attempt.person)) return "already_consented";
  return undefined;
};

const stageAllows = (state: AgreementState, move: Move, side: Side): boolean => {
  if (NEXT[state.stage][move] === undefined || (SIDE_OF[move] ?? side) !== side) return false;
  if (move === "suspend") return !state.suspendedBy.has(side);
  if (move === "resume") return state.suspendedBy.has(side);
  // Before it is offered a request is the home side's own affair.
  if (move === "decline") return state.stage === "requested" ? side === "home" : side === "partner";
  return true;
};

/**
 * Whether one party may make this move now. The caller has already established that the person holds the role for it.
 * Answers the side the decision belongs to, or the first refusal in the order in which a person can mend it.
 */
export const decide = (
  facts: AgreementFacts,
  state: AgreementState,
  attempt: Attempt,
): Result<{ readonly side: Side }, MoveRefusal> => {
  const party = facts.parties.find(({ agency }) => agency === attempt.agency);
  if (party === undefined) return err("not_a_party");
  const { move } = attempt;
  const bound = CONSENTS.has(move) || move === "reconsent";
  if (bound && attempt.digest !== facts.digest) return err("terms_changed");
  if (bound && hasExpired(facts, attempt.at)) return err("agreement_expired");
  if (CONSENTS.has(move)) {
    const refusal = refusalOfConsent(state, attempt);
    if (refusal !== undefined) return err(refusal);
  }
  if (!stageAllows(state, move, party.side)) return err("move_not_allowed");
  if (CONSENTS.has(move) && consentedBy(state.consents, party)) return err("already_consented");
  if (move === "reconsent" && !state.awaitingReconsent.has(attempt.agency)) return err("move_not_allowed");
  if (move === "reconsent" && state.reconsents.some(({ person }) => person === attempt.person))
    return err("already_consented");
  if (move === "undo" && (state.agreedAt === undefined || attempt.at - state.agreedAt > UNDO_WINDOW))
    return err("undo_too_late");
  if (NEEDS_REASON.has(move) && (attempt.reason ?? "").trim() === "") return err("reason_required");
  return ok({ side: party.side });
};

/** The moves this person could make for this agency now: what the pages offer. */
export const allowedMoves = (
  facts: AgreementFacts,
  state: AgreementState,
  who: Pick<Attempt, "agency" | "person" | "at">,
): readonly Move[] =>
  MOVES.filter((move) => decide(facts, state, { ...who, move, digest: facts.digest, reason: "?" }).ok);

/** A homeserver as an agreement names it. */
export type NamedServer = { readonly id: HomeserverId; readonly name: ServerName };
