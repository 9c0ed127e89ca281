import type { AgreementView, DecideTrust } from "#lib/contracts/trust.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { questionsOf } from "#lib/data/questions.ts";
import { lockName } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import {
  type AgreementRecord,
  appendDecision,
  countDecisions,
  factsOf,
  getAgreement,
  lockAgreement,
  saveStage,
  stateOf,
} from "#lib/data/trust.ts";
import { trustNews } from "#lib/data/trust-news.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type FieldFault, type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgreementId, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { awaitsAnswer } from "#lib/domain/questions.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import {
  CONSENTS,
  COUNTED_ACTS,
  COUNTING_WINDOW,
  decide,
  MOST_ACTS_ALONE,
  type Move,
  type Side,
} from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { sceneOf } from "./agreement-scene.ts";
import { agreementView } from "./agreement-views.ts";
import { federationRefusal, partyRefusal } from "./federation-refusals.ts";
import { previewIn } from "./preview-trust.ts";
import { termsDifference } from "./terms-difference.ts";
import { acrOf, mayMove, rulesOf, sessionRefusal } from "./trust-rules.ts";

type Wish = DecideTrust & { readonly id: AgreementId; readonly version: number };

/** What was decided since the version that the person saw: version 1 is the request itself. */
const staleRefusal = ({ version: current, decisions }: AgreementRecord, seen: number, link: string): Refusal => {
  const since = decisions
    .slice(Math.max(seen, 0))
    .map(({ kind }) => kind)
    .join(", ");
  return refusal("stale_version", { params: { current, since }, link });
};

const OPENING: readonly Move[] = ["endorse", "accept", "resume", "reconsent"];

/**
 * Nobody opens a door with who has left the federation or is barred from it, nor consents to less than its minimum rules;
 * to end what stood is always possible.
 */
const mayNotOpen = async (tx: Tx, { parties, latest }: AgreementRecord, move: Move): Promise<Refusal | undefined> => {
  if (!OPENING.includes(move) || latest === undefined) return undefined;
  const agencies = await getAgencies(
    tx,
    parties.map(({ agency }) => agency),
  );
  const gone = agencies.find(({ state }) => state === "left");
  if (gone !== undefined) return refusal("agency_left", { params: { agency: gone.nameSv } });
  const { terms } = latest;
  // Rules that were set after both consented touch only what is consented to from now on.
  return CONSENTS.has(move)
    ? federationRefusal(tx, { terms, agencies, at: systemClock.now() })
    : partyRefusal(tx, { terms, agencies });
};

const judge = async (
  tx: Tx,
  actor: Actor,
  record: AgreementRecord,
  wish: Wish,
): Promise<Result<{ side: Side }, Refusal>> => {
  const { as, move, digest, reason, version } = wish;
  const link = `/agreements/${toPublicId("agr", record.id)}`;
  const facts = factsOf(record);
  const state = stateOf(record);
  if (facts === undefined || state === undefined || !facts.parties.some(({ agency }) => agency === as))
    return err(refusal("not_a_party"));
  if (!mayMove(actor, as, move)) return err(refusal("not_permitted"));
  const weak = sessionRefusal(actor, move, await rulesOf(tx));
  if (weak !== undefined) return err(refusal(weak));
  if (record.version !== version) return err(staleRefusal(record, version, link));
  const refused = await mayNotOpen(tx, record, move);
  if (refused !== undefined) return err(refused);
  if (wish.preview !== undefined) {
    const shown = await previewIn(tx, record, move);
    if (!shown.ok) return shown;
    if (shown.value.digest !== wish.preview) return err(refusal("preview_changed", { link: `${link}/review` }));
  }
  const tooMany = await tooManyAlone(tx, actor, wish);
  if (tooMany !== undefined) return err(tooMany);
  const attempt = {
    agency: as,
    person: actor.person,
    move,
    digest,
    at: systemClock.now(),
    ...(reason === undefined ? {} : { reason }),
  };
  const decided = decide(facts, state, attempt);
  if (decided.ok) {
    const waits = CONSENTS.has(move) && awaitsAnswer(await questionsOf(tx, record.id), decided.value.side);
    return waits ? err(refusal("question_open", { link })) : decided;
  }
  if (decided.error !== "terms_changed") return err(refusal(decided.error, { link }));
  const fields: readonly FieldFault[] = await termsDifference(tx, record, digest);
  return err(refusal("terms_changed", { fields, link }));
};

/**
 * Past so many revocations by one person for one agency within ten minutes the next is another person's: what a stolen
 * account can shut by ordinary acts is bounded. Counted under a lock of the person, so that many at once count too.
 */
const tooManyAlone = async (tx: Tx, { person }: Actor, { as, move }: Wish): Promise<Refusal | undefined> => {
  if (!COUNTED_ACTS.includes(move)) return undefined;
  await lockName(tx, `acts:${as}:${person}`);
  const since = instant(systemClock.now() - COUNTING_WINDOW);
  const count = await countDecisions(tx, { person, agency: as, kinds: COUNTED_ACTS, since });
  return count < MOST_ACTS_ALONE ? undefined : refusal("second_person_needed", { params: { limit: MOST_ACTS_ALONE } });
};

const record = async (
  tx: Tx,
  actor: Actor,
  agreement: AgreementRecord,
  side: Side,
  wish: Wish,
): Promise<AgreementRecord | undefined> => {
  const { as, move, reason, diarienummer } = wish;
  const { latest } = agreement;
  if (latest === undefined) return undefined;
  const acr = acrOf(actor);
  await appendDecision(tx, agreement.id, {
    kind: move,
    side,
    agency: as,
    person: actor.person,
    version: latest.number,
    digest: latest.digest,
    at: systemClock.now(),
    ...(reason === undefined ? {} : { reason }),
    ...(diarienummer === undefined ? {} : { diarienummer }),
    ...(acr === undefined ? {} : { acr }),
  });
  const decided = await getAgreement(tx, agreement.id);
  const subject = toPublicId("agr", agreement.id);
  await appendAudit(tx, {
    kind: `trust.${move}`,
    subject,
    agencyIds: agreement.parties.map(({ agency }) => agency),
    details: {
      as: toPublicId("agy", as),
      digest: latest.digest,
      terms: latest.number,
      ...(reason === undefined ? {} : { reason }),
      ...(diarienummer === undefined ? {} : { diarienummer }),
    },
    trust: decided === undefined ? undefined : trustNews(agreement, decided),
  });
  return decided;
};

/**
 * One act within a transaction: under a lock of the agreement's row, so of many at once exactly one wins and the others
 * see what it changed. Where the doors are concerned, it wakes the reconciler for every server that the terms name.
 */
export const decideIn = async (tx: Tx, actor: Actor, wish: Wish): Promise<Result<AgreementRecord, Refusal>> => {
  await lockAgreement(tx, wish.id);
  const before = await getAgreement(tx, wish.id);
  if (before === undefined) return err(refusal("not_found"));
  const judged = await judge(tx, actor, before, wish);
  if (!judged.ok) return judged;
  const decided = await record(tx, actor, before, judged.value.side, wish);
  const stage = decided === undefined ? undefined : stateOf(decided)?.stage;
  if (decided === undefined || stage === undefined) return err(refusal("internal"));
  const version = await saveStage(tx, wish.id, stage);
  if (before.stage === "agreed" || stage === "agreed")
    await wakeReconciler(tx, decided.latest?.servers.map(({ id }) => id) ?? [], actor.traceId);
  await notifyEvent(tx, { topic: "agreement", id: toPublicId("agr", wish.id), version });
  return ok({ ...decided, version, stage });
};

/** One person's act on an agreement: endorse, accept, decline, withdraw, revoke, suspend, resume, undo or consent anew. */
export const decideTrust = (actor: Actor, wish: Wish): Promise<Result<AgreementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const decided = await decideIn(tx, actor, wish);
    if (!decided.ok) return refuse(tx, actor, decided.error, toPublicId("agr", wish.id));
    return ok(agreementView(actor, decided.value, await sceneOf(tx, [decided.value])));
  });
