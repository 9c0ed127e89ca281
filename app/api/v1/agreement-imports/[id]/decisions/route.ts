import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DecideImport, ImportView } from "#lib/contracts/imports.ts";
import { decideAboutImport } from "#lib/operations/decide-import.ts";

export const POST = defineRoute({
  summary: "Confirm one's rows by their digest, decline, or withdraw",
  params: idParam("imp"),
  body: DecideImport,
  output: ImportView,
  scope: "agreements:write",
  etag: ({ version }) => version,
  replay: (output) => output,
  run: decideAboutImport,
});
