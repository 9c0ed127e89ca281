import { defineRoute } from "#lib/api/define-route.ts";
import { ImportList } from "#lib/contracts/imports.ts";
import { readImports } from "#lib/operations/read-imports.ts";

export const GET = defineRoute({
  summary: "Batches of agreements that stand on paper, newest first",
  output: ImportList,
  scope: "agreements:read",
  run: readImports,
});
