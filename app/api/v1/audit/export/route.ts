import { defineDownload } from "#lib/api/define-route.ts";
import { AuditExportQuery } from "#lib/contracts/audit.ts";
import { exportAudit } from "#lib/operations/export-audit.ts";

export const GET = defineDownload({
  summary: "The audit log as CSV: every row that holds the qualifiers, newest first",
  query: AuditExportQuery,
  media: "text/csv; charset=utf-8",
  fileName: "tillit-audit.csv",
  scope: "audit:read",
  run: exportAudit,
});
