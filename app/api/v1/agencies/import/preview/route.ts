import { defineRoute } from "#lib/api/define-route.ts";
import { AgencyFilePreview, FILE_BYTES, PreviewAgencyFile } from "#lib/contracts/agency-file.ts";
import { previewAgencyFile } from "#lib/operations/import-agencies.ts";

export const POST = defineRoute({
  summary: "Check a file of agencies",
  body: PreviewAgencyFile,
  output: AgencyFilePreview,
  scope: "directory:write",
  maxBytes: FILE_BYTES,
  run: previewAgencyFile,
});
