import { type AgreementId, idOf } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { OPINION_SUBJECTS, type Opinion, STANCES } from "#lib/domain/opinions.ts";
import { foldQuestions, QUESTION_ACTS, type Question, type QuestionAct } from "#lib/domain/questions.ts";
import { SIDES } from "#lib/domain/trust.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

/** Every question about an agreement, oldest first; none for who may not read it. */
export const questionsOf = async (tx: Tx, agreement: AgreementId): Promise<readonly Question[]> => {
  const rows = await tx.questionAct.findMany({
    where: { agreementId: agreement },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return foldQuestions(
    rows.map((row) => ({
      kind: oneOf(QUESTION_ACTS, row.kind),
      question: idOf("qst", row.questionId),
      side: oneOf(SIDES, row.side),
      agency: idOf("agy", row.agencyId),
      person: idOf("per", row.personId),
      digest: row.digest,
      text: row.text ?? undefined,
      at: instant(Number(row.at)),
    })),
  );
};

/** Records one act. */
export const addQuestionAct = async (tx: Tx, agreement: AgreementId, act: QuestionAct): Promise<void> => {
  const { kind, question, side, agency, person, digest, text, at } = act;
  await tx.questionAct.create({
    data: {
      id: kind === "ask" ? question : newId(),
      agreementId: agreement,
      questionId: question,
      kind,
      side,
      agencyId: agency,
      personId: person,
      digest,
      text: text ?? null,
      at: BigInt(at),
    },
    select: { id: true },
  });
};

/** The opinions of the reader's own agencies about an agreement, oldest first. */
export const opinionsOf = async (tx: Tx, agreement: AgreementId): Promise<readonly Opinion[]> => {
  const rows = await tx.opinion.findMany({
    where: { agreementId: agreement },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map((row) => ({
    agency: idOf("agy", row.agencyId),
    person: idOf("per", row.personId),
    subject: oneOf(OPINION_SUBJECTS, row.subject),
    stance: oneOf(STANCES, row.stance),
    digest: row.digest,
    text: row.text ?? undefined,
    at: instant(Number(row.at)),
  }));
};

/** Keeps one opinion. */
export const addOpinion = async (tx: Tx, agreement: AgreementId, opinion: Opinion): Promise<void> => {
  const { agency, person, at, text, ...rest } = opinion;
  await tx.opinion.create({
    data: {
      id: newId(),
      agreementId: agreement,
      agencyId: agency,
      personId: person,
      text: text ?? null,
      at: BigInt(at),
      ...rest,
    },
    select: { id: true },
  });
};
