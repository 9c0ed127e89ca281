import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ImportRowPage, ImportRowQuery } from "#lib/contracts/imports.ts";
import { readImportRows } from "#lib/operations/read-imports.ts";

export const GET = defineRoute({
  summary: "The rows of a batch, in the order of the file",
  params: idParam("imp"),
  query: ImportRowQuery,
  output: ImportRowPage,
  scope: "agreements:read",
  run: readImportRows,
});
