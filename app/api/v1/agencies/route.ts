import { defineRoute } from "#lib/api/define-route.ts";
import { AgencyPage, AgencyQuery, AgencyView, CreateAgency } from "#lib/contracts/directory.ts";
import { createAgency } from "#lib/operations/create-agency.ts";
import { listAgencies } from "#lib/operations/list-agencies.ts";

export const GET = defineRoute({
  summary: "The directory of agencies",
  query: AgencyQuery,
  output: AgencyPage,
  scope: "directory:read",
  run: listAgencies,
});

export const POST = defineRoute({
  summary: "Invite an agency",
  body: CreateAgency,
  output: AgencyView,
  status: 201,
  scope: "directory:write",
  etag: ({ version }) => version,
  replay: (agency) => agency,
  run: createAgency,
});
