import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { StopView } from "#lib/contracts/emergency.ts";
import { readStop } from "#lib/operations/read-stops.ts";

export const GET = defineRoute({
  summary: "One stop, with how far each server has come",
  params: idParam("stp"),
  output: StopView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readStop,
});
