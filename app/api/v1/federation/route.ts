import { defineRoute } from "#lib/api/define-route.ts";
import { FederationView, UpdateFederation } from "#lib/contracts/federation.ts";
import { readFederation, updateFederation } from "#lib/operations/federation.ts";

export const GET = defineRoute({
  summary: "The federation",
  output: FederationView,
  scope: "directory:read",
  etag: ({ version }) => version,
  run: readFederation,
});

export const PATCH = defineRoute({
  summary: "Change the federation",
  body: UpdateFederation,
  output: FederationView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: updateFederation,
});
