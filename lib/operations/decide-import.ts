import type { DecideImport, ImportView } from "#lib/contracts/imports.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { appendImportAct, getImport, type ImportRecord, linesOf, lockImport } from "#lib/data/imports.ts";
import { notifyEvent, wakeGroups } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type ImportId, toPublicId } from "#lib/domain/ids.ts";
import { decideImport } from "#lib/domain/import.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { importView } from "./import-views.ts";
import { rulesOf } from "./trust-rules.ts";

type Wish = DecideImport & { readonly id: ImportId };

const weakness = async (tx: Tx, actor: Actor, { move }: Wish): Promise<Refusal | undefined> => {
  const rules = await rulesOf(tx);
  const weak = decidingRefusal(actor, move === "confirm" ? rules : { ...rules, requiredAcr: undefined });
  return weak === undefined ? undefined : refusal(weak);
};

const refusalOf = async (tx: Tx, actor: Actor, batch: ImportRecord, wish: Wish): Promise<Refusal | undefined> => {
  const { as, move, digest, leftOut, reason } = wish;
  const may = as === undefined ? move === "withdraw" && isCoordinator(actor) : hasRole(actor, as, "approver");
  if (!may) return refusal("not_permitted");
  const weak = await weakness(tx, actor, wish);
  if (weak !== undefined) return weak;
  const decided = decideImport(batch, { move, agency: as, person: actor.person, digest, reason });
  if (!decided.ok) return refusal(decided.error);
  if (as === undefined || leftOut.length === 0) return undefined;
  const known = new Set(await linesOf(tx, batch.id, as, leftOut));
  return leftOut.every((line) => known.has(line))
    ? undefined
    : refusal("not_found", { fields: [{ path: "leftOut", code: "not_found" }] });
};

const record = async (tx: Tx, actor: Actor, batch: ImportRecord, wish: Wish): Promise<number> => {
  const { as, move, digest, leftOut, reason } = wish;
  const lines = move === "confirm" ? [...new Set(leftOut)].toSorted((a, b) => a - b) : [];
  const at = systemClock.now();
  const act = { kind: move, agency: as, person: actor.person, digest, leftOut: lines, reason, at };
  const version = await appendImportAct(tx, batch.id, act);
  await appendAudit(tx, {
    kind: `import.${move}`,
    subject: toPublicId("imp", batch.id),
    // What one agency says of its rows is its own log's; that the batch is withdrawn is everyone's.
    agencyIds: as === undefined ? batch.parties.map(({ agency }) => agency) : [as],
    details: {
      digest,
      ...(as === undefined ? {} : { as: toPublicId("agy", as) }),
      ...(lines.length === 0 ? {} : { left_out: lines }),
      ...(reason === undefined ? {} : { reason }),
    },
  });
  return version;
};

/**
 * One person's act on a batch of agreements that stand on paper: an agency's approver confirms its rows by their digest,
 * all but those left out, or declines; a coordinator withdraws what is not yet made. The same transaction wakes the worker,
 * which makes the agreements of rows that both sides have confirmed. Many agencies act on one batch at a time: what the act
 * is about is its own rows, which never change, and so it is bound to their digest and to no version.
 */
export const decideAboutImport = (actor: Actor, wish: Wish): Promise<Result<ImportView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("imp", wish.id);
    await lockImport(tx, wish.id);
    const batch = await getImport(tx, wish.id);
    if (batch === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const refused = await refusalOf(tx, actor, batch, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const version = await record(tx, actor, batch, wish);
    await wakeGroups(tx);
    await notifyEvent(tx, { topic: "import", id: subject, version });
    const decided = await getImport(tx, wish.id);
    return decided === undefined ? err(refusal("internal")) : ok(await importView(tx, actor, decided));
  });
