import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idOf } from "./ids.ts";
import { instant } from "./instant.ts";
import { type Opinion, standingOpinions } from "./opinions.ts";
import { awaitsAnswer, decideQuestion, foldQuestions, type QuestionAct, stoodStill } from "./questions.ts";
import { type AgreementFacts, type AgreementState, type Side, STAGES } from "./trust.ts";

const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const [home, partner, stranger] = [idOf("agy", uuid(1)), idOf("agy", uuid(2)), idOf("agy", uuid(3))];
const person = idOf("per", uuid(9));
const act = (kind: QuestionAct["kind"], number: number, side: Side, at: number): QuestionAct => ({
  kind,
  question: idOf("qst", uuid(number)),
  side,
  agency: side === "home" ? home : partner,
  person,
  digest: "d",
  text: kind === "withdraw" ? undefined : "text",
  at: instant(at),
});
const facts: AgreementFacts = {
  parties: [
    { agency: home, side: "home", approversRequired: 1 },
    { agency: partner, side: "partner", approversRequired: 1 },
  ],
  version: 1,
  digest: "d",
};
const state = (stage: AgreementState["stage"]): AgreementState => ({
  stage,
  closedBy: undefined,
  consents: [],
  reconsents: [],
  suspendedBy: new Set(),
  awaitingReconsent: new Set(),
  requestedBy: undefined,
  agreedAt: undefined,
});

describe("a question", () => {
  test("is asked by either side, answered by the other, and taken back by whoever asked", () => {
    const questions = foldQuestions([act("ask", 1, "partner", 1)]);
    const question = idOf("qst", uuid(1));
    const may = (agency: typeof home, kind: QuestionAct["kind"]) =>
      decideQuestion(facts, state("offered"), questions, { kind, agency, question }).ok;
    expect([may(home, "ask"), may(partner, "ask")]).toEqual([true, true]);
    expect([may(home, "answer"), may(partner, "answer")]).toEqual([true, false]);
    expect([may(home, "withdraw"), may(partner, "withdraw")]).toEqual([false, true]);
    expect([may(stranger, "ask"), may(stranger, "answer")]).toEqual([false, false]);
  });

  test("is put only where both sides see the agreement and something may still be decided", () => {
    const asked = STAGES.filter(
      (stage) => decideQuestion(facts, state(stage), [], { kind: "ask", agency: home, question: undefined }).ok,
    );
    expect(asked).toEqual(["offered", "agreed"]);
  });

  test("is answered once", () => {
    const questions = foldQuestions([act("ask", 1, "partner", 1), act("answer", 1, "home", 2)]);
    const again = { kind: "answer", agency: home, question: idOf("qst", uuid(1)) } as const;
    expect(decideQuestion(facts, state("offered"), questions, again)).toEqual({ ok: false, error: "question_closed" });
  });

  test("holds back the side that asked, and no other, until it is answered or taken back", () => {
    const open = [act("ask", 1, "partner", 1)];
    expect(awaitsAnswer(foldQuestions(open), "partner")).toBe(true);
    expect(awaitsAnswer(foldQuestions(open), "home")).toBe(false);
    for (const kind of ["answer", "withdraw"] as const)
      expect(awaitsAnswer(foldQuestions([...open, act(kind, 1, "home", 2)]), "partner")).toBe(false);
  });
});

test("the clock stands while any question is open, never longer than it has run, and each moment once", () => {
  const span = fc.record({ from: fc.integer({ min: 0, max: 99 }), length: fc.integer({ min: 0, max: 50 }) });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), fc.integer({ min: 0, max: 60 }), (spans, since) => {
      const acts = spans.flatMap(({ from, length }, number) => [
        act("ask", number, "partner", from),
        act("answer", number, "home", from + length),
      ]);
      const now = 120;
      const open = (moment: number): boolean =>
        spans.some(({ from, length }) => from <= moment && moment < from + length);
      const counted = Array.from({ length: now - since }, (_, place) => since + place).filter(open).length;
      expect(stoodStill(foldQuestions(acts), instant(since), instant(now))).toBe(counted);
    }),
  );
});

test("of each person's opinions on a subject the newest counts", () => {
  const opinion = (at: number, more: Partial<Opinion> = {}): Opinion => ({
    agency: home,
    person,
    subject: "security",
    stance: "favours",
    digest: "d",
    text: undefined,
    at: instant(at),
    ...more,
  });
  const [first, second, other] = [opinion(1), opinion(2, { stance: "objects" }), opinion(1, { subject: "archive" })];
  expect(standingOpinions([first, second, other])).toEqual([second, other]);
});
