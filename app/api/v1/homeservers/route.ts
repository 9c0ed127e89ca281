import { defineRoute } from "#lib/api/define-route.ts";
import { HomeserverPage, HomeserverQuery } from "#lib/contracts/homeservers.ts";
import { listHomeservers } from "#lib/operations/read-homeservers.ts";

export const GET = defineRoute({
  summary: "The federation's homeservers",
  query: HomeserverQuery,
  output: HomeserverPage,
  scope: "directory:read",
  run: listHomeservers,
});
