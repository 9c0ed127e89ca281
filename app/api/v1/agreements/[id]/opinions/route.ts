import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { GiveOpinion, OpinionsView } from "#lib/contracts/questions.ts";
import { giveOpinion, readOpinions } from "#lib/operations/opinions.ts";

export const GET = defineRoute({
  summary: "What the reader's own agency thinks of an agreement",
  params: idParam("agr"),
  output: OpinionsView,
  scope: "agreements:read",
  run: readOpinions,
});

export const POST = defineRoute({
  summary: "Give an opinion within one's own agency",
  params: idParam("agr"),
  body: GiveOpinion,
  output: OpinionsView,
  run: giveOpinion,
});
