import type { AgencyId, PersonId, QuestionId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";
import type { AgreementFacts, AgreementState, Side } from "./trust.ts";

export const QUESTION_ACTS = ["ask", "answer", "withdraw"] as const;
export type QuestionActKind = (typeof QUESTION_ACTS)[number];

/** One recorded act about a question that one side put to the other. */
export type QuestionAct = {
  readonly kind: QuestionActKind;
  readonly question: QuestionId;
  readonly side: Side;
  readonly agency: AgencyId;
  readonly person: PersonId;
  readonly digest: string;
  readonly text: string | undefined;
  readonly at: Instant;
};

export type Question = {
  readonly id: QuestionId;
  readonly asked: QuestionAct;
  /** How it came to an end; undefined while it is open. */
  readonly closed: QuestionAct | undefined;
};

/** The questions, oldest first, from their acts in the order in which they were recorded. */
export const foldQuestions = (acts: readonly QuestionAct[]): readonly Question[] =>
  acts
    .filter(({ kind }) => kind === "ask")
    .map((asked) => ({
      id: asked.question,
      asked,
      closed: acts.find(({ kind, question }) => kind !== "ask" && question === asked.question),
    }));

/** Whether a side waits for the other's answer. While it does, it gives no consent. */
export const awaitsAnswer = (questions: readonly Question[], side: Side): boolean =>
  questions.some(({ asked, closed }) => asked.side === side && closed === undefined);

/**
 * How long the clock has stood since `since`, in milliseconds: as long as at least one question was open. Times that
 * overlap count once.
 */
export const stoodStill = (questions: readonly Question[], since: Instant, now: Instant): number => {
  const spans = questions
    .map(({ asked, closed }) => ({ from: Math.max(asked.at, since), to: Math.min(closed?.at ?? now, now) }))
    .filter(({ from, to }) => from < to)
    .toSorted((a, b) => a.from - b.from);
  let [total, reached] = [0, Number(since)];
  for (const { from, to } of spans) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
};

export type QuestionAttempt = {
  readonly kind: QuestionActKind;
  readonly agency: AgencyId;
  readonly question: QuestionId | undefined;
};
export type QuestionRefusal = "not_a_party" | "move_not_allowed" | "question_closed";

/**
 * Whether that agency may ask, answer or withdraw now. What was never offered is the home side's own affair, and what is
 * closed is decided: between the two either side asks, the other answers, and whoever asked may take it back.
 */
export const decideQuestion = (
  facts: AgreementFacts,
  { stage }: AgreementState,
  questions: readonly Question[],
  { kind, agency, question }: QuestionAttempt,
): Result<{ readonly side: Side }, QuestionRefusal> => {
  const party = facts.parties.find((each) => each.agency === agency);
  if (party === undefined) return err("not_a_party");
  if (stage !== "offered" && stage !== "agreed") return err("move_not_allowed");
  if (kind === "ask") return ok({ side: party.side });
  const about = questions.find(({ id }) => id === question);
  if (about === undefined || (about.asked.side === party.side) !== (kind === "withdraw"))
    return err("move_not_allowed");
  return about.closed === undefined ? ok({ side: party.side }) : err("question_closed");
};
