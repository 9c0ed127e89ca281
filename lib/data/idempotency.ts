import { z } from "zod";
import type { Actor } from "#lib/domain/access.ts";
import { ok } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { inTransaction, type Tx } from "./transaction.ts";

export type Slot = { readonly key: string; readonly route: string };
export type Held =
  | { readonly state: "fresh" | "running" | "other" }
  | { readonly state: "done"; readonly response: unknown };

/** How long a first request may run before its key is free again. */
const RUNNING_FOR = 60_000;
/** The status of a key whose first request has not answered yet. */
const RUNNING = 0;

const JsonValue: z.ZodType<z.core.util.JSONType> = z.json();

const take = async (tx: Tx, actor: Actor, { key, route }: Slot, requestHash: string): Promise<Held> => {
  const at = BigInt(systemClock.now());
  const where = { personId_key_route: { personId: actor.person, key, route } };
  const { count } = await tx.idempotencyKey.createMany({
    data: [{ personId: actor.person, key, route, requestHash, status: RUNNING, response: {}, at }],
    skipDuplicates: true,
  });
  if (count === 1) return { state: "fresh" };
  const held = await tx.idempotencyKey.findUnique({ where });
  if (held === null) return { state: "running" };
  if (held.requestHash !== requestHash) return { state: "other" };
  if (held.status !== RUNNING) return { state: "done", response: held.response };
  if (at - held.at < RUNNING_FOR) return { state: "running" };
  await tx.idempotencyKey.update({ where, data: { at } });
  return { state: "fresh" };
};

/** Takes a key for a request, or says who has it. */
export const reserve = async (actor: Actor, slot: Slot, requestHash: string): Promise<Held> => {
  const taken = await inTransaction(actor, async (tx) => ok(await take(tx, actor, slot, requestHash)));
  return taken.ok ? taken.value : { state: "running" };
};

/** Keeps what a replay of the key is to answer. */
export const remember = async (actor: Actor, { key, route }: Slot, response: unknown): Promise<void> => {
  const kept = JsonValue.parse(response);
  await inTransaction(actor, async (tx) => {
    await tx.idempotencyKey.update({
      where: { personId_key_route: { personId: actor.person, key, route } },
      data: { status: 1, response: kept ?? {} },
    });
    return ok(undefined);
  });
};

/** Frees a key whose request was refused or failed: nothing was made. */
export const forget = async (actor: Actor, { key, route }: Slot): Promise<void> => {
  await inTransaction(actor, async (tx) => {
    await tx.idempotencyKey.deleteMany({ where: { personId: actor.person, key, route, status: RUNNING } });
    return ok(undefined);
  });
};
