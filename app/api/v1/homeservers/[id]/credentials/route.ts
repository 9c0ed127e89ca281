import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { EnforcementView, GiveCredential } from "#lib/contracts/enforcement.ts";
import { giveCredential, readEnforcement } from "#lib/operations/credentials.ts";

export const GET = defineRoute({
  summary: "What enforces for a homeserver, and its credentials: field names and times, never values",
  params: idParam("hs"),
  output: EnforcementView,
  scope: "directory:read",
  run: readEnforcement,
});

// No idempotency key and no scope: a replay would need a trace of the secret, and no token hands out secrets.
export const POST = defineRoute({
  summary: "Give a credential; it is sealed to the worker, which tests it before it is used",
  params: idParam("hs"),
  body: GiveCredential,
  output: EnforcementView,
  run: giveCredential,
});
