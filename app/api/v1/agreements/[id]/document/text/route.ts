import { decisionDocument, decisionText } from "#lib/api/decision-document.ts";
import { defineDownload } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DecisionDocumentQuery } from "#lib/contracts/decision-document.ts";
import { ok } from "#lib/domain/result.ts";
import { readDecision } from "#lib/operations/read-decision.ts";

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}

export const GET = defineDownload({
  summary: "The decision document, as plain text; masked where it is asked to be",
  params: idParam("agr"),
  query: DecisionDocumentQuery,
  media: "text/plain; charset=utf-8",
  fileName: "tillit-decision.txt",
  scope: "agreements:read",
  run: async (actor, { id, language, mask }) => {
    const read = await readDecision(actor, { id });
    if (!read.ok) return read;
    const document = decisionDocument(read.value, language, mask ?? []);
    return ok(whole(decisionText(document)));
  },
});
