import type { AddBarred, BarredList } from "#lib/contracts/rules.ts";
import { appendAudit } from "#lib/data/audit.ts";
import {
  addBarred as addRow,
  barredAmong,
  liftBarred as liftRow,
  listBarred as listRows,
} from "#lib/data/federation-rules.ts";
import { namesOf } from "#lib/data/people.ts";
import { lockName } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import { type BarredId, toPublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { personRef } from "./people-views.ts";

const SUBJECT = "barred";
const MANY = 1_000;

const viewOf = async (tx: Tx): Promise<BarredList> => {
  const rows = await listRows(tx, MANY);
  const names = await namesOf(
    tx,
    rows.map(({ person }) => person),
  );
  return {
    items: rows.map(({ id, person, ...row }) => ({ ...row, id: toPublicId("bar", id), by: personRef(person, names) })),
  };
};

/** Who may be neither registered nor agreed with, and why: a coordinator's to read. */
export const listBarred = (actor: Actor, _input: object): Promise<Result<BarredList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (!isCoordinator(actor)) return refuse(tx, actor, refusal("not_permitted"), SUBJECT);
    return ok(await viewOf(tx));
  });

const refusalOf = (actor: Actor): Refusal | undefined => {
  if (!isCoordinator(actor)) return refusal("not_permitted");
  return actor.credential.kind === "token" ? refusal("tokens_never_decide") : undefined;
};

/**
 * Bars an organisation or a server name. What is registered and agreed already stands until somebody ends it; from now on
 * it is neither registered nor asked for nor consented to.
 */
export const addBarred = (actor: Actor, wish: AddBarred): Promise<Result<BarredList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const refused = refusalOf(actor);
    if (refused !== undefined) return refuse(tx, actor, refused, SUBJECT);
    const { kind, reason } = wish;
    const value = wish.kind === "identifier" ? identifierKey(wish.identifier) : wish.serverName;
    await lockName(tx, `${SUBJECT}:${value}`);
    const [held] = await barredAmong(tx, kind === "identifier" ? [value] : [], kind === "identifier" ? [] : [value]);
    if (held !== undefined) return refuse(tx, actor, refusal("barred_already", { params: { what: value } }), SUBJECT);
    const id = await addRow(tx, { kind, value, reason, person: actor.person, at: systemClock.now() });
    const subject = toPublicId("bar", id);
    await appendAudit(tx, { kind: "barred.added", subject, agencyIds: [], details: { kind, value, reason } });
    return ok(await viewOf(tx));
  });

/** Lifts a bar; it stays in the log. */
export const liftBarred = (actor: Actor, { id }: { readonly id: BarredId }): Promise<Result<BarredList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("bar", id);
    const refused = refusalOf(actor);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const was = await liftRow(tx, id, { person: actor.person, at: systemClock.now() });
    if (was === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    await appendAudit(tx, { kind: "barred.lifted", subject, agencyIds: [], details: { ...was } });
    return ok(await viewOf(tx));
  });
