import { defineRoute } from "#lib/api/define-route.ts";
import { AGREEMENT_FILE_BYTES, ImportAgreements, ImportedAgreements } from "#lib/contracts/agreement-file.ts";
import { importAgreements } from "#lib/operations/import-agreements.ts";

export const POST = defineRoute({
  summary: "Bring in the agreements of a file that was shown, as proposals",
  body: ImportAgreements,
  output: ImportedAgreements,
  status: 201,
  scope: "agreements:write",
  maxBytes: AGREEMENT_FILE_BYTES,
  replay: (imported) => imported,
  run: importAgreements,
});
