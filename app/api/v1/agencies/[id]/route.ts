import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { AgencyView, UpdateAgency } from "#lib/contracts/directory.ts";
import { readAgency } from "#lib/operations/list-agencies.ts";
import { updateAgency } from "#lib/operations/update-agency.ts";

export const GET = defineRoute({
  summary: "One agency",
  params: idParam("agy"),
  output: AgencyView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readAgency,
});

export const PATCH = defineRoute({
  summary: "Change an agency's entry or contacts",
  params: idParam("agy"),
  body: UpdateAgency,
  output: AgencyView,
  scope: "directory:write",
  ifMatch: true,
  etag: ({ version }) => version,
  run: updateAgency,
});
