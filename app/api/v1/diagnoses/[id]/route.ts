import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DiagnosisView } from "#lib/contracts/diagnoses.ts";
import { readDiagnosis } from "#lib/operations/diagnoses.ts";

export const GET = defineRoute({
  summary: "What was found of whether two homeservers reach each other, as far as it has come",
  params: idParam("dia"),
  output: DiagnosisView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readDiagnosis,
});
