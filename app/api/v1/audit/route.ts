import { defineRoute } from "#lib/api/define-route.ts";
import { AuditPage, AuditQuery } from "#lib/contracts/audit.ts";
import { listAuditRows } from "#lib/operations/read-audit.ts";

export const GET = defineRoute({
  summary: "The audit log, newest first",
  query: AuditQuery,
  output: AuditPage,
  scope: "audit:read",
  run: listAuditRows,
});
