import { defineRoute } from "#lib/api/define-route.ts";
import { AuditVerification } from "#lib/contracts/audit.ts";
import { verifyAuditChain } from "#lib/operations/read-audit.ts";

export const GET = defineRoute({
  summary: "Whether the log's chain holds",
  output: AuditVerification,
  scope: "audit:read",
  run: verifyAuditChain,
});
