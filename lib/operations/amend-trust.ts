import type { AmendmentView, DecideAmendment, ProposeAmendment } from "#lib/contracts/amendments.ts";
import { addAmendmentAct, amendmentActs } from "#lib/data/amendments.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { withLevelNames } from "#lib/data/level-names.ts";
import { questionsOf } from "#lib/data/questions.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import {
  type AgreementRecord,
  addTerms,
  appendDecision,
  factsOf,
  getAgreement,
  lockAgreement,
  saveStage,
  stateOf,
  termsOf as storedTerms,
} from "#lib/data/trust.ts";
import { type Actor, hasRole, reaches } from "#lib/domain/access.ts";
import { type AmendmentKind, awaitedByAmendment, decideAmendment, foldAmendment } from "#lib/domain/amendment.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type AgreementId, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { awaitsAnswer } from "#lib/domain/questions.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type Side, type Terms, termsDocument } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { amendmentView } from "./amendment-view.ts";
import { federationRefusal } from "./federation-refusals.ts";
import { contentWished } from "./terms-wish.ts";
import { acrOf, rulesOf, sessionRefusal } from "./trust-rules.ts";

type One = { readonly id: AgreementId };
type Act = {
  readonly kind: AmendmentKind;
  readonly as: AgencyId;
  readonly digest: string;
  readonly terms?: string;
  readonly reason?: string | undefined;
  readonly diarienummer?: string | undefined;
};

/** What was last proposed for an agreement, how it differs from what is in force, and what the caller may do about it. */
export const readAmendment = (actor: Actor, { id }: One): Promise<Result<AmendmentView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    if (record.latest === undefined) return err(refusal("not_a_party"));
    return ok(await amendmentView(tx, actor, record));
  });

const mayAct = (actor: Actor, { as, kind }: Act): boolean =>
  kind === "propose" || kind === "withdraw"
    ? hasRole(actor, as, "administrator", "approver") && reaches(actor, "agreements:write")
    : hasRole(actor, as, "approver");

const undercut = async (tx: Tx, { parties }: AgreementRecord, terms: Terms): Promise<Refusal | undefined> => {
  const agencies = await getAgencies(
    tx,
    parties.map(({ agency }) => agency),
  );
  return federationRefusal(tx, { terms, agencies, at: systemClock.now() });
};

/** Judges and records one act; answers the side it belongs to. */
const recordAct = async (
  tx: Tx,
  actor: Actor,
  record: AgreementRecord,
  act: Act,
): Promise<Result<{ side: Side }, Refusal>> => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  if (facts === undefined || state === undefined) return err(refusal("not_a_party"));
  if (!mayAct(actor, act)) return err(refusal("not_permitted"));
  const weak = act.kind === "consent" ? sessionRefusal(actor, "accept", await rulesOf(tx)) : undefined;
  if (weak !== undefined) return err(refusal(weak));
  const acts = await amendmentActs(tx, record.id);
  const at = systemClock.now();
  const { kind, as: agency, digest, reason, diarienummer, terms } = act;
  const attempt = { kind, agency, person: actor.person, digest, reason, at };
  const proposed = acts.findLast((each) => each.kind === "propose")?.terms;
  const refused =
    kind === "consent" && proposed !== undefined ? await undercut(tx, record, storedTerms(proposed)) : undefined;
  if (refused !== undefined) return err(refused);
  const judged = decideAmendment(facts, state, foldAmendment(facts.parties, acts), attempt);
  if (!judged.ok) return err(refusal(judged.error, { link: `/agreements/${toPublicId("agr", record.id)}` }));
  const { side } = judged.value;
  if (kind === "consent" && awaitsAnswer(await questionsOf(tx, record.id), side))
    return err(refusal("question_open", { link: `/agreements/${toPublicId("agr", record.id)}` }));
  const number = facts.version + 1;
  const stored = { kind, number, digest, side, agency, person: actor.person, at, terms, diarienummer, reason };
  await addAmendmentAct(tx, record.id, stored);
  await appendAudit(tx, {
    kind: `amendment.${kind}`,
    subject: toPublicId("agr", record.id),
    agencyIds: record.parties.map((party) => party.agency),
    awaits: awaitedByAmendment(record.parties, foldAmendment(record.parties, await amendmentActs(tx, record.id))),
    details: {
      as: toPublicId("agy", agency),
      digest,
      terms: number,
      ...(reason === undefined ? {} : { reason }),
      ...(diarienummer === undefined ? {} : { diarienummer }),
    },
  });
  return judged;
};

/** Both have consented: the proposed terms become the agreement's, in the transaction of the last consent. */
const enact = async (tx: Tx, actor: Actor, record: AgreementRecord, as: AgencyId, side: Side): Promise<void> => {
  const acts = await amendmentActs(tx, record.id);
  const state = foldAmendment(record.parties, acts);
  const proposed = acts.findLast(({ kind }) => kind === "propose");
  if (state?.stage !== "accepted" || proposed?.terms === undefined) return;
  const { number, digest } = state;
  const at = systemClock.now();
  const servers = (record.latest?.servers ?? []).map((server) => ({ id: server.id, side: server.side }));
  await addTerms(tx, record.id, { number, digest, text: proposed.terms, servers, by: proposed.person, at });
  const acr = acrOf(actor);
  await appendDecision(tx, record.id, {
    kind: "amend",
    side,
    agency: as,
    person: actor.person,
    version: number,
    digest,
    at,
    ...(acr === undefined ? {} : { acr }),
  });
  await saveStage(tx, record.id, "agreed");
  await appendAudit(tx, {
    kind: "trust.amend",
    subject: toPublicId("agr", record.id),
    agencyIds: record.parties.map(({ agency }) => agency),
    details: { digest, terms: number },
  });
  await wakeReconciler(
    tx,
    servers.map(({ id }) => id),
    actor.traceId,
  );
};

const acted = async (
  tx: Tx,
  actor: Actor,
  id: AgreementId,
  make: (record: AgreementRecord) => Promise<Result<Act, Refusal>>,
): Promise<Result<AmendmentView, Refusal>> => {
  const subject = toPublicId("agr", id);
  await lockAgreement(tx, id);
  const record = await getAgreement(tx, id);
  if (record === undefined) return refuse(tx, actor, refusal("not_found"), subject);
  const act = await make(record);
  if (!act.ok) return refuse(tx, actor, act.error, subject);
  const judged = await recordAct(tx, actor, record, act.value);
  if (!judged.ok) return refuse(tx, actor, judged.error, subject);
  if (act.value.kind === "consent") await enact(tx, actor, record, act.value.as, judged.value.side);
  const after = await getAgreement(tx, id);
  if (after === undefined) return err(refusal("internal"));
  await notifyEvent(tx, { topic: "agreement", id: subject, version: after.version });
  return ok(await amendmentView(tx, actor, after));
};

const termsOf = async (
  tx: Tx,
  record: AgreementRecord,
  wish: ProposeAmendment,
): Promise<Result<{ digest: string; text: string }, Refusal>> => {
  const federation = await readFederationRow(tx);
  if (federation === undefined || record.latest === undefined) return err(refusal("not_a_party"));
  const judged = contentWished(wish, systemClock.now());
  if (!judged.ok) return judged;
  const { purpose, legalBasis, start, end } = judged.value;
  const of = (side: Side) => record.parties.filter((party) => party.side === side).map(({ agency }) => agency);
  const content = await withLevelNames(tx, judged.value.content, { home: of("home"), partner: of("partner") });
  const { parties, servers, basis } = record.latest.terms;
  const terms: Terms = {
    purpose,
    parties,
    servers,
    ...(legalBasis === undefined ? {} : { legalBasis }),
    ...(start === undefined ? {} : { start: instant(start) }),
    ...(end === undefined ? {} : { end: instant(end) }),
    ...(content === undefined ? {} : { content }),
    ...(basis === undefined ? {} : { basis }),
  };
  const refused = await undercut(tx, record, terms);
  if (refused !== undefined) return err(refused);
  const document = termsDocument(federation.id, terms);
  const digest = digestOf(document);
  return digest === record.latest.digest
    ? err(refusal("nothing_amended"))
    : ok({ digest, text: canonicalJson(document) });
};

/**
 * Proposes new terms for an agreement that stands. The old ones stay in force until both sides have consented to these.
 */
export const proposeAmendment = (
  actor: Actor,
  { id, ...wish }: ProposeAmendment & One,
): Promise<Result<AmendmentView, Refusal>> =>
  inTransaction(actor, (tx) =>
    acted(tx, actor, id, async (record) => {
      const terms = await termsOf(tx, record, wish);
      return terms.ok
        ? ok({ kind: "propose", as: wish.as, digest: terms.value.digest, terms: terms.value.text })
        : terms;
    }),
  );

/** One person's consent to, refusal or withdrawal of the proposed terms. The last consent puts them in force. */
export const decideOnAmendment = (
  actor: Actor,
  { id, as, act: kind, digest, reason, diarienummer }: DecideAmendment & One,
): Promise<Result<AmendmentView, Refusal>> =>
  inTransaction(actor, (tx) =>
    acted(tx, actor, id, () => Promise.resolve(ok({ kind, as, digest, reason, diarienummer }))),
  );
