import { defineRoute } from "#lib/api/define-route.ts";
import { FILE_BYTES, ImportAgencies, ImportedAgencies } from "#lib/contracts/agency-file.ts";
import { importAgencies } from "#lib/operations/import-agencies.ts";

export const POST = defineRoute({
  summary: "Bring in the agencies of a file that was shown",
  body: ImportAgencies,
  output: ImportedAgencies,
  status: 201,
  scope: "directory:write",
  maxBytes: FILE_BYTES,
  replay: (imported) => ({
    ...imported,
    invitations: imported.invitations.map((invitation) => ({ ...invitation, url: null })),
  }),
  run: importAgencies,
});
