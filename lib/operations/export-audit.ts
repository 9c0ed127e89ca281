import type { AuditExportQuery } from "#lib/contracts/audit.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { auditCsv, CSV_HEAD } from "./audit-csv.ts";
import { auditRows } from "./read-audit.ts";

const PAGE = 1_000;

type Exported = { readonly text: string; readonly next: number | undefined };

const pageOf = (
  actor: Actor,
  filter: AuditExportQuery,
  before: number | undefined,
): Promise<Result<Exported, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const rows = await auditRows(tx, filter, before, PAGE);
    return ok({ text: auditCsv(rows), next: rows.length < PAGE ? undefined : rows.at(-1)?.seq });
  });

/** The pages after the first, each in a transaction of its own under the caller's rights as they are then. */
const pagesFrom = async function* (actor: Actor, filter: AuditExportQuery, first: Exported) {
  yield CSV_HEAD;
  yield first.text;
  for (let { next } = first; next !== undefined; ) {
    const page = await pageOf(actor, filter, next);
    // A file that ends early must not look whole.
    if (!page.ok) throw new Error(`the export broke off: ${page.error.code}`);
    yield page.value.text;
    next = page.value.next;
  }
};

/**
 * The whole log, as far as the caller may see it and the filter holds, as CSV in pieces. That it was taken out, by whom
 * and by which filter, stands in the log before the first byte leaves.
 */
export const exportAudit = async (
  actor: Actor,
  filter: AuditExportQuery,
): Promise<Result<AsyncIterable<string>, Refusal>> => {
  const first = await inTransaction(actor, async (tx) => {
    const rows = await auditRows(tx, filter, undefined, PAGE);
    const given = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    await appendAudit(tx, {
      kind: "audit.exported",
      subject: "audit",
      agencyIds: agenciesOf(actor),
      details: { filter: Object.fromEntries(given), newest: rows[0]?.seq ?? 0 },
    });
    return ok({ text: auditCsv(rows), next: rows.length < PAGE ? undefined : rows.at(-1)?.seq });
  });
  return first.ok ? ok(pagesFrom(actor, filter, first.value)) : first;
};
