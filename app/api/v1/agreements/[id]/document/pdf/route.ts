import { decisionDocument } from "#lib/api/decision-document.ts";
import { decisionPdf } from "#lib/api/decision-pdf.ts";
import { defineDownload } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DecisionDocumentQuery } from "#lib/contracts/decision-document.ts";
import { ok } from "#lib/domain/result.ts";
import { readDecision } from "#lib/operations/read-decision.ts";

async function* whole(text: Uint8Array): AsyncGenerator<Uint8Array> {
  yield text;
}

export const GET = defineDownload({
  summary: "The decision document, as PDF; masked where it is asked to be",
  params: idParam("agr"),
  query: DecisionDocumentQuery,
  media: "application/pdf",
  fileName: "tillit-decision.pdf",
  scope: "agreements:read",
  run: async (actor, { id, language, mask }) => {
    const read = await readDecision(actor, { id });
    if (!read.ok) return read;
    const document = decisionDocument(read.value, language, mask ?? []);
    return ok(whole(await decisionPdf(document)));
  },
});
