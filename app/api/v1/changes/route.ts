import { defineRoute } from "#lib/api/define-route.ts";
import { ChangePage, ChangeQuery } from "#lib/contracts/changes.ts";
import { listChanges } from "#lib/operations/decide-change.ts";

export const GET = defineRoute({
  summary: "Changes that wait for, or were decided by, an agency's own approver",
  query: ChangeQuery,
  output: ChangePage,
  scope: "directory:read",
  run: listChanges,
});
