import type { AgencyId, PersonId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";
import type { AgreementFacts, AgreementState, Party, Side } from "./trust.ts";

export const AMENDMENT_KINDS = ["propose", "consent", "refuse", "withdraw"] as const;
export type AmendmentKind = (typeof AMENDMENT_KINDS)[number];

/** One recorded act on proposed new terms. `number` is the version that they would be. */
export type AmendmentAct = {
  readonly kind: AmendmentKind;
  readonly number: number;
  readonly digest: string;
  readonly side: Side;
  readonly agency: AgencyId;
  readonly person: PersonId;
  readonly at: Instant;
};

export type AmendmentStage = "open" | "accepted" | "refused" | "withdrawn";
export type AmendmentState = {
  readonly stage: AmendmentStage;
  readonly number: number;
  readonly digest: string;
  readonly proposed: AmendmentAct;
  readonly consents: readonly AmendmentAct[];
};

const consented = (consents: readonly AmendmentAct[], { agency, approversRequired }: Party): boolean =>
  new Set(consents.filter((each) => each.agency === agency).map(({ person }) => person)).size >= approversRequired;

const apply = (
  parties: readonly Party[],
  state: AmendmentState | undefined,
  act: AmendmentAct,
): AmendmentState | undefined => {
  if (act.kind === "propose")
    return { stage: "open", number: act.number, digest: act.digest, proposed: act, consents: [] };
  if (state === undefined || state.stage !== "open" || act.digest !== state.digest) return state;
  if (act.kind === "refuse") return { ...state, stage: "refused" };
  if (act.kind === "withdraw") return { ...state, stage: "withdrawn" };
  if (act.person === state.proposed.person) return state;
  const consents = [...state.consents, act];
  const complete = parties.length > 0 && parties.every((party) => consented(consents, party));
  return { ...state, consents, stage: complete ? "accepted" : "open" };
};

/** What the last proposal has come to, from its acts in the order they were recorded; undefined where none was made. */
export const foldAmendment = (parties: readonly Party[], acts: readonly AmendmentAct[]): AmendmentState | undefined =>
  acts.reduce<AmendmentState | undefined>((state, act) => apply(parties, state, act), undefined);

/** The agencies whose word an open proposal waits for; none where nothing is open. */
export const awaitedByAmendment = (
  parties: readonly Party[],
  state: AmendmentState | undefined,
): readonly AgencyId[] =>
  state?.stage === "open"
    ? parties.filter((party) => !consented(state.consents, party)).map(({ agency }) => agency)
    : [];

export type AmendmentRefusal =
  | "not_a_party"
  | "move_not_allowed"
  | "agreement_expired"
  | "terms_changed"
  | "own_request"
  | "already_consented"
  | "reason_required";

export type AmendmentAttempt = {
  readonly kind: AmendmentKind;
  readonly agency: AgencyId;
  readonly person: PersonId;
  readonly digest: string;
  readonly reason?: string | undefined;
  readonly at: Instant;
};

const refusalOfConsent = (state: AmendmentState, { agency, person }: AmendmentAttempt, party: Party) => {
  if (state.proposed.person === person) return "own_request";
  const again = state.consents.some((each) => each.person === person);
  return again || consented(state.consents, { ...party, agency }) ? "already_consented" : undefined;
};

/**
 * Whether one party may do this to the agreement's proposed terms now. Only what is agreed, held by nothing and not yet
 * ended is amended; one proposal is open at a time; nobody consents to what they proposed.
 */
export const decideAmendment = (
  facts: AgreementFacts,
  agreement: AgreementState,
  amendment: AmendmentState | undefined,
  attempt: AmendmentAttempt,
): Result<{ readonly side: Side }, AmendmentRefusal> => {
  const party = facts.parties.find(({ agency }) => agency === attempt.agency);
  if (party === undefined) return err("not_a_party");
  if (agreement.stage !== "agreed" || agreement.awaitingReconsent.size > 0) return err("move_not_allowed");
  if (facts.end !== undefined && facts.end <= attempt.at) return err("agreement_expired");
  const open = amendment?.stage === "open" && amendment.number === facts.version + 1 ? amendment : undefined;
  if (attempt.kind === "propose") return open === undefined ? ok({ side: party.side }) : err("move_not_allowed");
  if (open === undefined) return err("move_not_allowed");
  if (attempt.digest !== open.digest) return err("terms_changed");
  if (attempt.kind === "consent") {
    const refusal = refusalOfConsent(open, attempt, party);
    if (refusal !== undefined) return err(refusal);
  }
  if (attempt.kind === "withdraw" && party.side !== open.proposed.side) return err("move_not_allowed");
  if (attempt.kind === "refuse" && (attempt.reason ?? "").trim() === "") return err("reason_required");
  return ok({ side: party.side });
};
