import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "#lib/data/client.ts";
import { storeFindings, takeDiagnosis } from "#lib/data/diagnoses.ts";
import { asWorker, inTransaction } from "#lib/data/transaction.ts";
import { canSee } from "#lib/data/visible.ts";
import type { Actor } from "#lib/domain/access.ts";
import { idOf, parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { createDiagnosis, readDiagnosis } from "./diagnoses.ts";

let line: Awaited<ReturnType<typeof openLine>>;
let home: Awaited<ReturnType<typeof seedAgency>>;
let partner: Awaited<ReturnType<typeof seedAgency>>;
let third: Awaited<ReturnType<typeof seedAgency>>;
let people: Record<"home" | "partner" | "stranger" | "coordinator" | "operator", Actor>;

beforeAll(async () => {
  line = await openLine();
  home = await seedAgency("Försäkringsverket", "chat.fv.example");
  partner = await seedAgency("Trafikstyrelsen", "chat.ts.example");
  third = await seedAgency("Tredje verket", "chat.tv.example");
  const operator = idOf("opr", newId());
  await db("owner").operator.create({ data: { id: operator, name: "Driften", createdAt: 1n } });
  await db("owner").homeserver.update({ where: { id: partner.server }, data: { operatorId: operator } });
  people = {
    home: await seedPerson("Hanna", { role: "auditor", agency: home.id }),
    partner: await seedPerson("Petra", { role: "approver", agency: partner.id }),
    stranger: await seedPerson("Sten", { role: "administrator", agency: third.id }),
    coordinator: await seedPerson("Cecilia", { role: "coordinator" }),
    operator: await seedPerson("Olle", { role: "operator", operator }),
  };
});
afterAll(() => line.close());

const between = () => ({ from: home.server, to: partner.server });
const idIn = (view: { readonly id: string }) => {
  const id = parsePublicId("dia", view.id);
  if (!id.ok) throw new RangeError(view.id);
  return id.value;
};
const settle = async () => {
  for (;;) {
    const taken = await asWorker(async (tx) => ok(await takeDiagnosis(tx, systemClock.now())));
    const id = taken.ok ? taken.value?.id : undefined;
    if (id === undefined) return;
    const result = { directions: [], software: { from: null, to: null } };
    await asWorker(async (tx) => ok(await storeFindings(tx, id, "done", result, systemClock.now())));
  }
};

describe("a diagnosis", () => {
  it.each(["home", "partner", "coordinator", "operator"] as const)("may be asked for and read by %s", async (who) => {
    const made = await createDiagnosis(people[who], between());
    if (!made.ok) throw new Error(made.error.code);
    expect(made.value).toMatchObject({ state: "waiting", directions: [], from: { serverName: "chat.fv.example" } });
    const read = await readDiagnosis(people[who], { id: idIn(made.value) });
    expect(read.ok && read.value.id).toBe(made.value.id);
    await settle();
  });

  it("is refused to whoever serves neither server, whose refusal is logged, and is neither read nor heard of", async () => {
    const refused = await createDiagnosis(people.stranger, between());
    expect(refused).toMatchObject({ ok: false, error: { code: "not_permitted" } });
    expect(await db("owner").audit.count({ where: { code: "not_permitted", actor: people.stranger.pseudonym } })).toBe(
      1,
    );
    const made = await createDiagnosis(people.home, between());
    if (!made.ok) throw new Error(made.error.code);
    const read = await readDiagnosis(people.stranger, { id: idIn(made.value) });
    expect(read).toMatchObject({ ok: false, error: { code: "not_found" } });
    const event = { topic: "diagnosis", id: made.value.id };
    expect(await canSee(people.stranger, event)).toBe(false);
    expect(await canSee(people.partner, event)).toBe(true);
    await settle();
  });

  it("is looked into once, however many ask at a time", async () => {
    const first = await createDiagnosis(people.home, between());
    const second = await createDiagnosis(people.partner, between());
    expect(first.ok && second.ok && first.value.id === second.value.id).toBe(true);
    await settle();
    const later = await createDiagnosis(people.home, between());
    expect(first.ok && later.ok && first.value.id !== later.value.id).toBe(true);
    await settle();
  });

  it("is taken by one worker of many, and by another once that one is dead", async () => {
    const made = await createDiagnosis(people.home, between());
    if (!made.ok) throw new Error(made.error.code);
    const now = systemClock.now();
    const take = (at: number) => asWorker(async (tx) => ok(await takeDiagnosis(tx, at as typeof now)));
    const taken = await Promise.all(Array.from({ length: 5 }, () => take(now)));
    expect(taken.filter((each) => each.ok && each.value !== undefined)).toHaveLength(1);
    const after = await take(now + 3 * 60_000);
    expect(after.ok && after.value?.id).toBe(idIn(made.value));
    await settle();
  });

  it("between a server and itself is refused as a fault of the field", async () => {
    const refused = await createDiagnosis(people.home, { from: home.server, to: home.server });
    expect(refused).toMatchObject({ ok: false, error: { code: "invalid_input", fields: [{ path: "to" }] } });
  });
});

describe("row-level security, with every check of the operations gone", () => {
  const insert = (actor: Actor, over: object = {}) =>
    inTransaction(actor, async (tx) => {
      const row = {
        id: newId(),
        fromServerId: home.server,
        toServerId: partner.server,
        askedBy: actor.person,
        state: "waiting",
        traceId: newTraceId(),
        askedAt: 1n,
        result: {},
      };
      await tx.diagnosis.create({ data: { ...row, ...over } });
      return ok(undefined);
    });

  it("lets nobody ask about servers of others, ask in another's name, or write what was found", async () => {
    await expect(insert(people.stranger)).rejects.toThrow();
    await expect(insert(people.home, { askedBy: people.partner.person })).rejects.toThrow();
    await expect(insert(people.home, { state: "done" })).rejects.toThrow();
    await expect(insert(people.home, { result: { directions: [] } })).rejects.toThrow();
    await expect(insert(people.home)).resolves.toMatchObject({ ok: true });
    const write = inTransaction(people.home, async (tx) =>
      ok(await tx.diagnosis.updateMany({ data: { state: "done" } })),
    );
    await expect(write).rejects.toThrow();
  });
});
