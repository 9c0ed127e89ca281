import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ImportView } from "#lib/contracts/imports.ts";
import { readImport } from "#lib/operations/read-imports.ts";

export const GET = defineRoute({
  summary: "A batch of agreements that stand on paper",
  params: idParam("imp"),
  output: ImportView,
  scope: "agreements:read",
  etag: ({ version }) => version,
  run: readImport,
});
