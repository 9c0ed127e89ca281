import type { AmendmentView } from "#lib/contracts/amendments.ts";
import { amendmentActs } from "#lib/data/amendments.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { namesOf } from "#lib/data/people.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, factsOf, stateOf, termsOf } from "#lib/data/trust.ts";
import { type Actor, agenciesOf, hasRole } from "#lib/domain/access.ts";
import { type AmendmentState, decideAmendment, foldAmendment } from "#lib/domain/amendment.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef, personRef } from "./people-views.ts";
import { differenceBetween } from "./terms-difference.ts";
import { termsView } from "./terms-view.ts";

const ACTS = ["consent", "refuse", "withdraw"] as const;

/** What this person could do for each of their agencies now. */
const allowed = (actor: Actor, record: AgreementRecord, amendment: AmendmentState | undefined) => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  const may = (agency: AgencyId, kind: "propose" | (typeof ACTS)[number]): boolean => {
    if (facts === undefined || state === undefined) return false;
    const decides = kind === "consent" || kind === "refuse";
    if (!(decides ? hasRole(actor, agency, "approver") : hasRole(actor, agency, "administrator", "approver")))
      return false;
    const digest = amendment?.digest ?? "";
    const attempt = { kind, agency, person: actor.person, digest, reason: "?", at: systemClock.now() };
    return decideAmendment(facts, state, amendment, attempt).ok;
  };
  return agenciesOf(actor).map((agency) => ({
    agency,
    propose: may(agency, "propose"),
    acts: ACTS.filter((kind) => may(agency, kind)),
  }));
};

/** What was last proposed, as one of the parties sees it. */
export const amendmentView = async (tx: Tx, actor: Actor, record: AgreementRecord): Promise<AmendmentView> => {
  const acts = await amendmentActs(tx, record.id);
  const state = foldAmendment(record.parties, acts);
  const last = acts.findLast(({ kind }) => kind === "propose");
  const text = last?.terms;
  const terms = text === undefined ? undefined : termsOf(text);
  const agencies = await getAgencies(
    tx,
    record.parties.map(({ agency }) => agency),
  );
  const ref = (id: AgencyId) => agencies.filter((agency) => agency.id === id).map(agencyRef);
  const names = await namesOf(tx, [...new Set(acts.map(({ person }) => person))]);
  const mine = allowed(actor, record, state);
  const open = state?.stage === "open" && terms !== undefined && record.latest !== undefined;
  const counted = acts.filter(({ kind, digest }) => kind === "consent" && digest === state?.digest);
  return {
    stage: state?.stage ?? null,
    digest: state?.digest ?? null,
    number: state?.number ?? null,
    proposedBy: last === undefined ? null : personRef(last.person, names),
    proposedFor: last === undefined ? null : (ref(last.agency)[0] ?? null),
    proposedAt: last?.at ?? null,
    terms: terms === undefined ? null : termsView(terms),
    difference: open && record.latest !== undefined ? differenceBetween(record.latest.terms, terms) : [],
    consents: counted.flatMap(({ agency, person, at, diarienummer }) =>
      ref(agency).map((each) => ({
        agency: each,
        person: personRef(person, names),
        at,
        diarienummer: diarienummer ?? null,
      })),
    ),
    reason: acts.findLast(({ kind, digest }) => kind === "refuse" && digest === state?.digest)?.reason ?? null,
    mayPropose: mine.filter(({ propose }) => propose).flatMap(({ agency }) => ref(agency)),
    mayDecide: mine
      .filter(({ acts: some }) => some.length > 0)
      .flatMap(({ agency, acts: some }) => ref(agency).map((as) => ({ as, acts: some }))),
  };
};
