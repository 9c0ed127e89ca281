import { defineRoute } from "#lib/api/define-route.ts";
import { EmergencyView } from "#lib/contracts/emergency.ts";
import { readEmergency } from "#lib/operations/read-stops.ts";

export const GET = defineRoute({
  summary: "Which agencies are stopped, and how far each server has come",
  output: EmergencyView,
  scope: "directory:read",
  run: readEmergency,
});
