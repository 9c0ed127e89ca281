import type { AskOrAnswer, QuestionsView } from "#lib/contracts/questions.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { addQuestionAct, questionsOf } from "#lib/data/questions.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, factsOf, getAgreement, lockAgreement, stateOf } from "#lib/data/trust.ts";
import { trustNews } from "#lib/data/trust-news.ts";
import { type Actor, agenciesOf, hasRole, reaches } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type AgreementId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { decideQuestion, type Question, type QuestionAct, type QuestionActKind } from "#lib/domain/questions.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Side } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { agencyRef, personRef } from "./people-views.ts";

type One = { readonly id: AgreementId };

const viewOf = async (tx: Tx, actor: Actor, record: AgreementRecord): Promise<QuestionsView> => {
  const questions = await questionsOf(tx, record.id);
  const agencies = await getAgencies(
    tx,
    record.parties.map(({ agency }) => agency),
  );
  const said = questions.flatMap(({ asked, closed }) => (closed === undefined ? [asked] : [asked, closed]));
  const names = await namesOf(tx, [...new Set(said.map(({ person }) => person))]);
  const ref = (id: AgencyId | undefined) => {
    const found = agencies.find((agency) => agency.id === id);
    return found === undefined ? null : agencyRef(found);
  };
  const saidBy = ({ agency, person, at, text }: QuestionAct) => ({
    agency: ref(agency),
    person: personRef(person, names),
    at,
    text: text ?? null,
  });
  const [facts, state] = [factsOf(record), stateOf(record)];
  const able = agenciesOf(actor, "administrator", "approver").filter(() => actor.credential.kind !== "token");
  const may = (kind: QuestionActKind, question?: Question): readonly AgencyId[] =>
    facts === undefined || state === undefined
      ? []
      : able.filter((agency) => decideQuestion(facts, state, questions, { kind, agency, question: question?.id }).ok);
  return {
    clockStands: questions.some(({ closed }) => closed === undefined),
    questions: questions.map((question) => ({
      id: toPublicId("qst", question.id),
      asked: saidBy(question.asked),
      answer: question.closed?.kind === "answer" ? saidBy(question.closed) : null,
      withdrawn: question.closed?.kind === "withdraw",
      current: question.asked.digest === record.latest?.digest,
      mayAnswer: ref(may("answer", question)[0]),
      mayWithdraw: ref(may("withdraw", question)[0]),
    })),
    mayAsk: may("ask").flatMap((agency) => {
      const each = ref(agency);
      return each === null ? [] : [each];
    }),
  };
};

/** What the two sides have asked each other about an agreement; both read all of it. */
export const readQuestions = (actor: Actor, { id }: One): Promise<Result<QuestionsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    return record.latest === undefined ? err(refusal("not_a_party")) : ok(await viewOf(tx, actor, record));
  });

type Placed = { readonly side: Side; readonly question: QuestionAct["question"] };

const judge = async (
  tx: Tx,
  actor: Actor,
  record: AgreementRecord,
  wish: AskOrAnswer,
): Promise<Result<Placed, Refusal>> => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  if (facts === undefined || state === undefined) return err(refusal("not_a_party"));
  if (!hasRole(actor, wish.as, "administrator", "approver")) return err(refusal("not_permitted"));
  if (!reaches(actor, "agreements:write")) return err(refusal("scope_missing"));
  const about = wish.act === "ask" ? undefined : wish.question;
  const attempt = { kind: wish.act, agency: wish.as, question: about };
  const decided = decideQuestion(facts, state, await questionsOf(tx, record.id), attempt);
  if (!decided.ok) return err(refusal(decided.error, { link: `/agreements/${toPublicId("agr", record.id)}` }));
  return ok({ side: decided.value.side, question: about ?? idOf("qst", newId()) });
};

const store = async (tx: Tx, actor: Actor, record: AgreementRecord, wish: AskOrAnswer, placed: Placed) => {
  const digest = record.latest?.digest ?? "";
  const { side, question } = placed;
  const text = wish.act === "withdraw" ? undefined : wish.text;
  const act = { kind: wish.act, question, side, agency: wish.as, person: actor.person, digest, text };
  await addQuestionAct(tx, record.id, { ...act, at: systemClock.now() });
  const news = trustNews(record, record);
  const others = record.parties.filter((party) => party.side !== side).map(({ agency }) => agency);
  await appendAudit(tx, {
    kind: `question.${wish.act}`,
    subject: toPublicId("agr", record.id),
    agencyIds: record.parties.map(({ agency }) => agency),
    details: { as: toPublicId("agy", wish.as), digest, question: toPublicId("qst", question) },
    trust: news === undefined ? undefined : { ...news, concerns: others },
  });
};

/**
 * Asks the other side of an agreement, answers it, or takes a question back. While a question is open the side that asked
 * gives no consent, and nobody is reminded: the clock stands. The text stays in the agreement and out of the log.
 */
export const askOrAnswer = (
  actor: Actor,
  { id, ...wish }: AskOrAnswer & One,
): Promise<Result<QuestionsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agr", id);
    await lockAgreement(tx, id);
    const record = await getAgreement(tx, id);
    if (record === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const placed = await judge(tx, actor, record, wish);
    if (!placed.ok) return refuse(tx, actor, placed.error, subject);
    await store(tx, actor, record, wish, placed.value);
    await notifyEvent(tx, { topic: "agreement", id: subject, version: record.version });
    return ok(await viewOf(tx, actor, record));
  });
