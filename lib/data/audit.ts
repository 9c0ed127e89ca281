import { randomBytes } from "node:crypto";
import type { AuditKind, AuditOutcome } from "#lib/domain/audit.ts";
import { canonicalJson, type Json, type JsonObject } from "#lib/domain/canonical.ts";
import type { AgencyId, PersonId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { type TrustNews, tidingsOf } from "#lib/domain/notices.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import type { Tx } from "./client.ts";
import type { PrismaClient } from "./generated/client.ts";
import { tell } from "./notices.ts";

export type AuditEntry = {
  readonly kind: AuditKind;
  /** The public id, or the name, of what the act was done to. */
  readonly subject: string;
  /** Whose log it stands in. */
  readonly agencyIds: readonly AgencyId[];
  /** What changed. Names of people never; they are erasable and this is not meant to be. */
  readonly details: JsonObject;
  readonly outcome?: AuditOutcome;
  readonly code?: string;
  /** What an act on an agreement came to: for whom it is told to, not part of the row. */
  readonly trust?: TrustNews | undefined;
  /** The agencies whose word is still awaited after it, where it settles what others were told. */
  readonly awaits?: readonly AgencyId[] | undefined;
  /** Who is not told of it beside the person who acts. */
  readonly except?: PersonId | undefined;
};

type Acting = { readonly actor: string | null; readonly trace: string | null; readonly now: string | null };

const commitmentTo = (salt: Uint8Array, details: Json): string =>
  digestOfBytes(Buffer.concat([salt, Buffer.from(canonicalJson(details))]));

const held = new WeakMap<Tx, AuditEntry[]>();

/** From here on the rows of this transaction wait for {@link flushAudit}. */
export const holdAudit = (tx: Tx): void => {
  held.set(tx, []);
};

/**
 * Writes one row of the log in the caller's transaction: if it cannot be written, nothing else is. Who acts is what the
 * transaction says when the row is written, which is just before the commit: the head of the chain is locked from then.
 */
export const appendAudit = (tx: Tx, entry: AuditEntry): Promise<void> => {
  const rows = held.get(tx);
  if (rows === undefined) return write(tx, [entry]);
  rows.push(entry);
  return Promise.resolve();
};

/** Writes the rows that wait. Before who acts is changed within a transaction, and as its last statement. */
export const flushAudit = async (tx: Tx): Promise<void> => {
  const rows = held.get(tx)?.splice(0) ?? [];
  if (rows.length > 0) await write(tx, rows);
};

const write = async (tx: Tx, entries: readonly AuditEntry[]): Promise<void> => {
  const [acting] = await tx.$queryRaw<Acting[]>`select nullif(current_setting('app.pseudonym', true), '') as actor,
    nullif(current_setting('app.trace_id', true), '') as trace, nullif(current_setting('app.now', true), '') as now`;
  // Before the head of the chain is locked: who is told belongs to the act, and waits for nobody.
  for (const entry of entries) await tellOf(tx, entry, acting);
  for (const entry of entries) await append(tx, entry, acting);
};

const atOf = (acting: Acting | undefined): number => (acting?.now ? Number(acting.now) : systemClock.now());

const tellOf = async (tx: Tx, entry: AuditEntry, acting: Acting | undefined): Promise<void> => {
  const now = instant(atOf(acting));
  await tell(tx, tidingsOf({ ...entry, outcome: entry.outcome ?? "done" }, acting?.trace ?? "", now), now);
};

const append = async (tx: Tx, entry: AuditEntry, acting: Acting | undefined): Promise<void> => {
  const salt = randomBytes(16);
  const record: Json = {
    type: "tillit.audit.v1",
    at: atOf(acting),
    ...(acting?.actor ? { actor: acting.actor } : {}),
    agencies: [...entry.agencyIds],
    kind: entry.kind,
    subject: entry.subject,
    outcome: entry.outcome ?? "done",
    ...(entry.code === undefined ? {} : { code: entry.code }),
    trace: acting?.trace ?? "",
    details: commitmentTo(salt, entry.details),
  };
  const details = canonicalJson(entry.details);
  await tx.$queryRaw`select audit_append(${canonicalJson(record)}, ${salt}, ${details})::text`;
};

/** Where the chain ended when somebody looked. */
export type Head = { readonly seq: number; readonly hash: string };

export type Verification = {
  readonly ok: boolean;
  readonly rows: number;
  readonly head: Head | null;
  readonly firstBad: { readonly seq: number; readonly why: string } | null;
};

type Link = {
  readonly seq: bigint;
  readonly prev_hash: Uint8Array;
  readonly hash: Uint8Array;
  readonly fault: string | null;
};

const PAGE = 5_000;
const GENESIS = "00".repeat(32);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const faultOf = ({ seq, prev_hash, fault }: Link, expected: { seq: bigint; hash: string }): string | null => {
  if (seq !== expected.seq) return "a row before it is missing";
  if (hex(prev_hash) !== expected.hash) return "it does not follow the row before it";
  if (fault === "hash") return "its hash does not hold over its bytes";
  if (fault === "details") return "its details are not those that it committed to";
  return fault === null ? null : "its columns differ from its bytes";
};

/**
 * Walks the whole log from the first row to the head and names the first row that does not hold: changed, missing,
 * reordered or cut off. Needs no right to read what the rows say.
 *
 * @param witnessed a head that was noted elsewhere: finds also a log that a superuser cut off or rewrote as a whole
 */
export const verifyAudit = async (client: PrismaClient, witnessed?: Head): Promise<Verification> => {
  let rows = 0;
  let last = { seq: 0n, hash: GENESIS };
  const bad = (seq: bigint, why: string): Verification => ({
    ok: false,
    rows,
    head: null,
    firstBad: { seq: Number(seq), why },
  });
  // The head first: rows that come while we walk lie behind it.
  const [tip] = await client.$queryRaw<{ seq: bigint; hash: Uint8Array }[]>`select seq, hash from audit_tip()`;
  if (tip === undefined) return bad(0n, "the head of the chain is missing");
  if (witnessed !== undefined && witnessed.seq > tip.seq)
    return bad(tip.seq + 1n, "the log ends before what was witnessed");
  while (last.seq < tip.seq) {
    const links = await client.$queryRaw<Link[]>`select * from audit_links(${last.seq}, ${PAGE}::int)`;
    for (const link of links.filter(({ seq }) => seq <= tip.seq)) {
      const fault = faultOf(link, { seq: last.seq + 1n, hash: last.hash });
      if (fault !== null) return bad(link.seq, fault);
      if (witnessed?.seq === Number(link.seq) && witnessed.hash !== hex(link.hash))
        return bad(link.seq, "it is not the row that was witnessed");
      last = { seq: link.seq, hash: hex(link.hash) };
      rows += 1;
    }
    if (links.length === 0) return bad(last.seq + 1n, "the end of the log is missing");
  }
  const head = { seq: Number(tip.seq), hash: hex(tip.hash) };
  if (head.hash !== last.hash) return bad(tip.seq, "the head of the chain is another");
  return { ok: true, rows, head: rows === 0 ? null : head, firstBad: null };
};
