import { defineSignedRoute } from "#lib/api/define-signed-route.ts";
import { PullAnswer } from "#lib/contracts/agents.ts";
import { answerPull } from "#lib/operations/answer-pull.ts";

export const POST = defineSignedRoute({
  summary: "What is newer than what an enforcement point holds; waits for it; 204 for nothing",
  output: PullAnswer,
  maxBytes: 16_384,
  run: answerPull,
});
