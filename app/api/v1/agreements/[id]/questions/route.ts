import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AskOrAnswer, QuestionsView } from "#lib/contracts/questions.ts";
import { askOrAnswer, readQuestions } from "#lib/operations/questions.ts";

export const GET = defineRoute({
  summary: "What the two sides have asked each other",
  params: idParam("agr"),
  output: QuestionsView,
  scope: "agreements:read",
  run: readQuestions,
});

export const POST = defineRoute({
  summary: "Ask the other side, answer it, or take a question back",
  params: idParam("agr"),
  body: AskOrAnswer,
  output: QuestionsView,
  run: askOrAnswer,
});
