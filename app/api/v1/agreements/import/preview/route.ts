import { defineRoute } from "#lib/api/define-route.ts";
import { AGREEMENT_FILE_BYTES, AgreementFilePreview, PreviewAgreementFile } from "#lib/contracts/agreement-file.ts";
import { previewAgreementFile } from "#lib/operations/import-agreements.ts";

export const POST = defineRoute({
  summary: "Check a file of agreements that stand on paper",
  body: PreviewAgreementFile,
  output: AgreementFilePreview,
  scope: "agreements:write",
  maxBytes: AGREEMENT_FILE_BYTES,
  run: previewAgreementFile,
});
