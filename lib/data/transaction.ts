import { type Actor, agenciesOf, isCoordinator, operatorsOf } from "#lib/domain/access.ts";
import type { AuditKind } from "#lib/domain/audit.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import type { AgencyId, PersonId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { err, type Result } from "#lib/domain/result.ts";
import { type Clock, systemClock } from "#lib/platform/clock.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { type AuditEntry, flushAudit } from "./audit.ts";
import { db } from "./client.ts";
import { Prisma } from "./generated/client.ts";

/** What every step of one transaction shares. */
export type TxContext = {
  /** The one moment at which everything in this transaction happens. */
  readonly now: Instant;
  readonly traceId: string;
  /** The pseudonym that stands in the audit rows of this transaction; absent for the worker and for visitors. */
  readonly pseudonym: string | undefined;
  /** Audit rows of this transaction, written at its end so that the chain's head is locked last and for the least time. */
  readonly pending: AuditEntry[];
  /** How `refuse` wants the refusal recorded. */
  refused: RefusedAs | undefined;
};

/** A transaction under row-level security: Prisma's own, and its context. */
export type Tx = Prisma.TransactionClient & { readonly context: TxContext };

export type RefusedAs = {
  readonly subject: string;
  readonly kind: AuditKind;
  readonly agencyIds: readonly AgencyId[];
};

/** What someone who has not signed in yet shows. Each opens only the rows that it names. */
export type Presented = {
  /** Hash of a session, link, token or invitation secret, as stored in `token_hash`. */
  readonly secretHash?: string;
  /** The person whom a provider, or the row behind the secret, has shown them to be. */
  readonly person?: PersonId;
  readonly identity?: { readonly issuer: string; readonly subject: string };
};

type Locals = Readonly<Record<LocalName, string>>;
type LocalName =
  | "app.person_id"
  | "app.agency_ids"
  | "app.operator_ids"
  | "app.roles"
  | "app.federation_role"
  | "app.secret_hash"
  | "app.issuer"
  | "app.subject";

const NOBODY: Locals = {
  "app.person_id": "",
  "app.agency_ids": "",
  "app.operator_ids": "",
  "app.roles": "",
  "app.federation_role": "",
  "app.secret_hash": "",
  "app.issuer": "",
  "app.subject": "",
};

/** The actor as row-level security sees it (docs/decisions/row-level-security.md). */
const localsOf = (actor: Actor): Locals => ({
  ...NOBODY,
  "app.person_id": actor.person,
  "app.agency_ids": agenciesOf(actor).join(","),
  "app.operator_ids": operatorsOf(actor).join(","),
  "app.roles": [...new Set(actor.memberships.map(({ role }) => role))].join(","),
  "app.federation_role": isCoordinator(actor) ? "coordinator" : "",
});

const setLocals = async (tx: Prisma.TransactionClient, locals: Partial<Locals>): Promise<void> => {
  const calls = Object.entries(locals).map(([name, value]) => Prisma.sql`set_config(${name}, ${value}, true)`);
  await tx.$queryRaw`SELECT ${Prisma.join(calls)}`;
};

/** Carries a refusal out of Prisma's callback, so that the transaction rolls back. Never leaves this file. */
class RolledBack extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

const TRIES = 4;
/** Deadlock, serialisation failure, and Prisma's word for both: nothing was done, and another try may do it. */
const WORTH_ANOTHER_TRY = /\b(40001|40P01|P2034)\b/;

const isWorthAnotherTry = (fault: unknown): boolean =>
  fault instanceof Error && WORTH_ANOTHER_TRY.test(`${"code" in fault ? fault.code : ""} ${fault.message}`);

const withContext = (tx: Prisma.TransactionClient, context: TxContext): Tx => {
  const target = tx as Tx;
  return new Proxy(target, {
    get: (inner, name, receiver) => (name === "context" ? context : Reflect.get(inner, name, receiver)),
  });
};

type Frame = {
  readonly role: "web" | "worker";
  readonly locals: Locals;
  readonly traceId: string;
  readonly pseudonym: string | undefined;
  readonly clock: Clock;
};

const newContext = ({ clock, traceId, pseudonym }: Frame): TxContext => ({
  now: clock.now(),
  traceId,
  pseudonym,
  pending: [],
  refused: undefined,
});

const attempt = async <T>(
  frame: Frame,
  context: TxContext,
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> => {
  try {
    return await db(frame.role).$transaction(
      async (inner) => {
        const tx = withContext(inner, context);
        if (frame.role === "web") await setLocals(inner, frame.locals);
        const result = await run(tx);
        if (!result.ok) throw new RolledBack(result.error);
        await flushAudit(tx);
        return result;
      },
      { maxWait: 20_000, timeout: 30_000 },
    );
  } catch (fault) {
    if (fault instanceof RolledBack) return err(fault.refusal);
    throw fault;
  }
};

const perform = async <T>(
  frame: Frame,
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
): Promise<{ readonly result: Result<T, Refusal>; readonly context: TxContext }> => {
  for (let tries = 1; ; tries += 1) {
    const context = newContext(frame);
    try {
      return { result: await attempt(frame, context, run), context };
    } catch (fault) {
      if (tries === TRIES || !isWorthAnotherTry(fault)) throw fault;
    }
  }
};

const frameOf = (actor: Actor, clock: Clock): Frame => ({
  role: "web",
  locals: localsOf(actor),
  traceId: actor.traceId,
  pseudonym: actor.pseudonym,
  clock,
});

const recordRefusal = async (frame: Frame, refusal: Refusal, as: RefusedAs): Promise<void> => {
  await perform(frame, async (tx) => {
    tx.context.pending.push({ ...as, outcome: "refused", code: refusal.code, details: { ...refusal.params } });
    return { ok: true, value: undefined };
  });
};

/**
 * Runs one mutation as this actor: under row-level security, at one moment, with its audit rows and its wake-ups in the
 * same transaction. If `run` answers a refusal, everything it wrote is rolled back and one audit row of the refusal is
 * committed alone. Deadlocks are tried again, so `run` must do nothing outside the transaction.
 *
 * @throws what the database throws, the audit log's refusal to be written among it: then nothing was done
 */
export const inTransaction = async <T>(
  actor: Actor,
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
  clock: Clock = systemClock,
): Promise<Result<T, Refusal>> => {
  const frame = frameOf(actor, clock);
  const { result, context } = await perform(frame, run);
  if (!result.ok) {
    const as = context.refused ?? { subject: "", kind: "request.refused", agencyIds: agenciesOf(actor) };
    await recordRefusal(frame, result.error, as);
  }
  return result;
};

/** Refusals of a reading that say something about the reader, and are therefore recorded. A mistyped id is not. */
const TELLING = new Set(["not_permitted", "scope_missing"]);

/** Reads as this actor, in a transaction that cannot write. Only a refusal for want of permission leaves an audit row. */
export const readAs = async <T>(
  actor: Actor,
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
  clock: Clock = systemClock,
): Promise<Result<T, Refusal>> => {
  const frame = frameOf(actor, clock);
  const { result, context } = await perform(frame, async (tx) => {
    await tx.$executeRaw`SET TRANSACTION READ ONLY`;
    return run(tx);
  });
  if (!result.ok && TELLING.has(result.error.code)) {
    const as = context.refused ?? { subject: "", kind: "request.refused", agencyIds: agenciesOf(actor) };
    await recordRefusal(frame, result.error, as);
  }
  return result;
};

/**
 * Runs for someone who is not signed in yet: only the rows that what they present names can be seen or written, besides
 * what all may read. Refusals leave no audit row, since there is nobody to name.
 */
export const asVisitor = async <T>(
  presented: Presented,
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
  { clock = systemClock, traceId = newTraceId() }: { readonly clock?: Clock; readonly traceId?: string } = {},
): Promise<Result<T, Refusal>> => {
  const locals = {
    ...NOBODY,
    "app.person_id": presented.person ?? "",
    "app.secret_hash": presented.secretHash ?? "",
    "app.issuer": presented.identity?.issuer ?? "",
    "app.subject": presented.identity?.subject ?? "",
  };
  return (await perform({ role: "web", locals, traceId, pseudonym: undefined, clock }, run)).result;
};

/** Within a transaction: shows one thing more, for instance the person whom a presented secret turned out to belong to. */
export const present = async (tx: Tx, presented: Presented): Promise<void> => {
  const locals: Partial<Record<LocalName, string>> = {};
  if (presented.person !== undefined) locals["app.person_id"] = presented.person;
  if (presented.secretHash !== undefined) locals["app.secret_hash"] = presented.secretHash;
  if (presented.identity !== undefined) {
    locals["app.issuer"] = presented.identity.issuer;
    locals["app.subject"] = presented.identity.subject;
  }
  await setLocals(tx, locals);
};

/** Runs as the worker, under its own database role. A refusal rolls back; an audit row of it is the worker's own affair. */
export const asWorker = async <T>(
  run: (tx: Tx) => Promise<Result<T, Refusal>>,
  { clock = systemClock, traceId = newTraceId() }: { readonly clock?: Clock; readonly traceId?: string } = {},
): Promise<Result<T, Refusal>> =>
  (await perform({ role: "worker", locals: NOBODY, traceId, pseudonym: undefined, clock }, run)).result;

/**
 * Refuses from inside `inTransaction`: everything written is rolled back, and one audit row is committed that says who
 * was refused what (`subject`: a public id; `kind`: what was attempted, else `request.refused`).
 */
export const refuse = (
  tx: Tx,
  actor: Actor,
  refusal: Refusal,
  subject: string,
  {
    kind = "request.refused",
    agencyIds = agenciesOf(actor),
  }: { readonly kind?: AuditKind; readonly agencyIds?: readonly AgencyId[] } = {},
): { readonly ok: false; readonly error: Refusal } => {
  tx.context.refused = { subject, kind, agencyIds };
  return err(refusal);
};

/** Rows that more than one request changes, and that a request locks before it reads what it decides on. */
export type Lockable = "agency" | "homeserver" | "agreement" | "change_proposal" | "invitation" | "list_head";

/** Locks one row until the transaction ends. Answers whether it exists and may be seen and changed by this actor. */
export const lockRow = async (tx: Tx, table: Lockable, id: string): Promise<boolean> => {
  const key = table === "list_head" ? Prisma.raw("homeserver_id") : Prisma.raw("id");
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM ${Prisma.raw(table)} WHERE ${key} = ${id}::uuid FOR UPDATE`;
  return rows.length === 1;
};
