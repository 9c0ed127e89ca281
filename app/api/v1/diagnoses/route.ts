import { defineRoute } from "#lib/api/define-route.ts";
import { CreateDiagnosis, DiagnosisView } from "#lib/contracts/diagnoses.ts";
import { createDiagnosis } from "#lib/operations/diagnoses.ts";

export const POST = defineRoute({
  summary: "Ask whether one homeserver can reach another, and back",
  body: CreateDiagnosis,
  output: DiagnosisView,
  status: 201,
  scope: "directory:write",
  replay: (diagnosis) => diagnosis,
  run: createDiagnosis,
});
