import { definePublicRoute, defineRoute } from "#lib/api/define-route.ts";
import { ApplicationList, ApplicationQuery, Apply } from "#lib/contracts/applications.ts";
import { Done } from "#lib/contracts/common.ts";
import { listApplications } from "#lib/operations/applications.ts";
import { apply } from "#lib/operations/apply.ts";

export const GET = defineRoute({
  summary: "Organisations that ask to join",
  query: ApplicationQuery,
  output: ApplicationList,
  run: listApplications,
});

export const POST = definePublicRoute({
  summary: "Ask to join the federation; the answer never says who is registered",
  body: Apply,
  output: Done,
  status: 201,
  run: (_actor, input, { traceId }) => apply(input, traceId),
});
