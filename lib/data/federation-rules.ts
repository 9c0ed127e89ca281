import { BARRED_KINDS, type BarredKind, barringNames } from "#lib/domain/barred.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import { type BarredId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { type Asked, type Clause, checkClauses, type Verdict } from "#lib/domain/rules.ts";
import type { Terms } from "#lib/domain/trust.ts";
import { newId } from "#lib/platform/ids.ts";
import type { AgencyRecord } from "./directory.ts";
import { clausesOf, storedClauses } from "./stored-clauses.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type MinimumRules = {
  readonly number: number;
  readonly clauses: readonly Clause[];
  readonly person: PersonId;
  readonly at: Instant;
};

/** What no agreement may undercut now; undefined where nothing was ever set. */
export const currentMinimum = async (tx: Tx): Promise<MinimumRules | undefined> => {
  const row = await tx.minimumRules.findFirst({ orderBy: { number: "desc" } });
  return row === null
    ? undefined
    : {
        number: row.number,
        clauses: clausesOf(row.clauses),
        person: idOf("per", row.personId),
        at: instant(Number(row.at)),
      };
};

/** Keeps a new version of the minimum rules. */
export const addMinimum = async (tx: Tx, { number, clauses, person, at }: MinimumRules): Promise<void> => {
  await tx.minimumRules.create({ data: { number, clauses: storedClauses(clauses), personId: person, at: BigInt(at) } });
};

export type BarredRecord = {
  readonly id: BarredId;
  readonly kind: BarredKind;
  readonly value: string;
  readonly reason: string;
  readonly person: PersonId;
  readonly at: Instant;
};

/** Everyone who is barred now, newest first; at most `limit`. A coordinator's to read. */
export const listBarred = async (tx: Tx, limit: number): Promise<readonly BarredRecord[]> => {
  const rows = await tx.barred.findMany({
    where: { liftedAt: null },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(({ id, kind, value, reason, personId, at }) => ({
    id: idOf("bar", id),
    kind: oneOf(BARRED_KINDS, kind),
    value,
    reason,
    person: idOf("per", personId),
    at: instant(Number(at)),
  }));
};

export const addBarred = async (tx: Tx, { kind, value, reason, person, at }: Omit<BarredRecord, "id">) => {
  const id = idOf("bar", newId());
  await tx.barred.create({ data: { id, kind, value, reason, personId: person, at: BigInt(at) } });
  return id;
};

/** Lifts a bar; what it was, or undefined where none stands. */
export const liftBarred = async (
  tx: Tx,
  id: BarredId,
  { person, at }: { readonly person: PersonId; readonly at: Instant },
): Promise<{ readonly kind: string; readonly value: string } | undefined> => {
  const row = await tx.barred.findFirst({ where: { id, liftedAt: null }, select: { kind: true, value: true } });
  if (row === null) return undefined;
  await tx.barred.updateMany({ where: { id, liftedAt: null }, data: { liftedBy: person, liftedAt: BigInt(at) } });
  return row;
};

/** What of the minimum rules a request breaks: none where it may be consented to. */
export const brokenMinimum = async (tx: Tx, asked: Asked): Promise<readonly Verdict[]> =>
  checkClauses((await currentMinimum(tx))?.clauses ?? [], asked).filter(({ holds }) => !holds);

/** Somebody who is barred among agencies and the servers that terms name; undefined where nobody is. */
export const barredParty = async (
  tx: Tx,
  { servers }: Pick<Terms, "servers">,
  agencies: readonly Pick<AgencyRecord, "scheme" | "identifier">[],
) => {
  const identifiers = agencies.map(({ scheme, identifier: value }) => identifierKey({ scheme, value }));
  const [first] = await barredAmong(tx, identifiers, [...servers.home, ...servers.partner].flatMap(barringNames));
  return first;
};

/** Which of these identifiers and server names are barred, and why. */
export const barredAmong = async (
  tx: Tx,
  identifiers: readonly string[],
  names: readonly string[],
): Promise<readonly { readonly kind: BarredKind; readonly value: string; readonly reason: string }[]> => {
  const rows = await tx.$queryRaw<{ kind: string; value: string; reason: string }[]>`
    select kind, value, reason from app_barred(${[...identifiers]}::text[], ${[...names]}::text[])`;
  return rows.map(({ kind, ...row }) => ({ kind: oneOf(BARRED_KINDS, kind), ...row }));
};
