import type { AuditPage, AuditQuery, AuditRow, AuditVerification } from "#lib/contracts/audit.ts";
import { verifyAudit } from "#lib/data/audit.ts";
import { type AuditFilter, type AuditRecord, listAudit, namesOfPseudonyms } from "#lib/data/audit-read.ts";
import { db } from "#lib/data/client.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type PersonId, parsePublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { cursorFrom, cut } from "./cursors.ts";
import { agencyRef, personRef } from "./people-views.ts";

const LIST = "audit";

/** The rule that a row says consented in a person's place. */
const ruleIn = ({ kind, details }: AuditRecord): { readonly number: number; readonly owner: PersonId } | undefined => {
  const [number, owner] = [details?.["rule"], parsePublicId("per", String(details?.["owner"]))];
  return kind.startsWith("trust.") && typeof number === "number" && owner.ok
    ? { number, owner: owner.value }
    : undefined;
};

const ruleOf = (rule: ReturnType<typeof ruleIn>, names: ReadonlyMap<string, string>): AuditRow["rule"] =>
  rule === undefined ? null : { number: rule.number, owner: personRef(rule.owner, names) };

/** Rows of the log that the transaction's person may see, newest first, with the names that are kept. */
export const auditRows = async (
  tx: Tx,
  filter: AuditFilter,
  before: number | undefined,
  limit: number,
): Promise<readonly AuditRow[]> => {
  const rows = await listAudit(tx, filter, before, limit);
  const names = await namesOfPseudonyms(
    tx,
    rows.flatMap(({ actor: who }) => (who === null ? [] : [who])),
  );
  const owners = await namesOf(
    tx,
    rows.flatMap((row) => ruleIn(row)?.owner ?? []),
  );
  const found = await getAgencies(tx, [...new Set(rows.flatMap(({ agencies }) => agencies))]);
  const byId = new Map(found.map((agency) => [agency.id, agency]));
  return rows.map((row) => ({
    ...row,
    actor: row.actor === null ? null : { pseudonym: row.actor, name: names.get(row.actor) ?? null },
    rule: ruleOf(ruleIn(row), owners),
    agencies: row.agencies.flatMap((id) => {
      const agency = byId.get(id);
      return agency === undefined ? [] : [agencyRef(agency)];
    }),
    details: row.details === null ? null : { ...row.details },
  }));
};

/** The log as far as the caller may see it: rows of their own agencies; all, for a coordinator. Newest first. */
export const listAuditRows = (
  actor: Actor,
  { cursor, limit, ...filter }: AuditQuery,
): Promise<Result<AuditPage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const at = cursorFrom(LIST, cursor);
    if (!at.ok) return at;
    const before = typeof at.value?.[0] === "number" ? at.value[0] : undefined;
    const rows = await auditRows(tx, filter, before, limit + 1);
    const { shown, next } = cut(LIST, rows, limit, ({ seq }) => [seq]);
    return ok({ items: [...shown], next });
  });

/** Recomputes the chain of hashes over the whole log. For those who read the log: members and coordinators. */
export const verifyAuditChain = async (actor: Actor, _input: object): Promise<Result<AuditVerification, Refusal>> => {
  const admitted = await inTransaction(
    actor,
    async (tx): Promise<Result<true, Refusal>> =>
      isCoordinator(actor) || agenciesOf(actor).length > 0
        ? ok(true)
        : refuse(tx, actor, refusal("not_permitted"), "audit"),
  );
  if (!admitted.ok) return admitted;
  return ok({ ...(await verifyAudit(db("web"))), at: systemClock.now() });
};
