import { z } from "zod";
import { AUDIT_OUTCOMES } from "#lib/domain/audit.ts";
import { AgencyRef, At, atInput, ByRule, idInput, PageQuery, page } from "./common.ts";

/** Who acted, by the pseudonym that stands in the log; the name while it is kept. */
export const AuditActor = z.object({ pseudonym: z.string(), name: z.string().nullable() });

export const AuditRow = z
  .object({
    seq: z.int().meta({ description: "In the order of commit, without gaps." }),
    at: At,
    actor: AuditActor.nullable().meta({ description: "Null where the portal itself acted." }),
    rule: ByRule.nullable().meta({ description: "The agency's rule by which the portal consented." }),
    agencies: z.array(AgencyRef),
    kind: z.string(),
    subject: z.string(),
    outcome: z.enum(AUDIT_OUTCOMES),
    code: z.string().nullable(),
    traceId: z.string(),
    details: z.record(z.string(), z.unknown()).nullable().meta({ description: "Null once erased." }),
    hash: z.string(),
  })
  .meta({ id: "AuditRow" });
export type AuditRow = z.infer<typeof AuditRow>;

/** Newest first. All qualifiers must hold; `kind` may end with `*` (`trust.*`). */
export const AuditQuery = PageQuery.extend({
  kind: z
    .string()
    .regex(/^[a-z_]+(\.([a-z_]+|\*))?$/)
    .max(60)
    .optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  agency: idInput("agy").optional(),
  subject: z.string().max(300).optional(),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  actor: z.uuid().optional(),
  from: z.coerce.number().pipe(atInput).optional(),
  until: z.coerce.number().pipe(atInput).optional(),
  q: z.string().max(120).optional(),
});
export type AuditQuery = z.output<typeof AuditQuery>;
/** What is to be taken out: the same qualifiers, and no pages. */
export const AuditExportQuery = AuditQuery.omit({ cursor: true, limit: true });
export type AuditExportQuery = z.output<typeof AuditExportQuery>;
export const AuditPage = page(AuditRow).meta({ id: "AuditPage" });
export type AuditPage = z.infer<typeof AuditPage>;

/** Whether the chain of hashes holds from the first row to the head. */
export const AuditVerification = z
  .object({
    ok: z.boolean(),
    rows: z.int(),
    head: z.object({ seq: z.int(), hash: z.string() }).nullable(),
    firstBad: z.object({ seq: z.int(), why: z.string() }).nullable(),
    at: At,
  })
  .meta({ id: "AuditVerification" });
export type AuditVerification = z.infer<typeof AuditVerification>;
