import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "#lib/domain/access.ts";
import { ok } from "#lib/domain/result.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { MOST_ATTEMPTS } from "./atomic.ts";
import { appendAudit, verifyAudit } from "./audit.ts";
import { db } from "./client.ts";
import { inTransaction, type Tx } from "./transaction.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let actor: Actor;
beforeAll(async () => {
  database = await openLine();
  actor = await seedPerson("Bo", { role: "coordinator" });
});
afterAll(async () => {
  await Promise.all([db("web").$disconnect(), db("owner").$disconnect()]);
  await database.close();
});

const latch = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};
const row = (tx: Tx, subject: string) =>
  appendAudit(tx, { kind: "person.signed_in", subject, agencyIds: [], details: {} });
const subjects = async () =>
  (await db("owner").audit.findMany({ orderBy: { seq: "asc" } })).map(({ subject }) => subject);

describe("the log's head", () => {
  it("is not held by an act that goes on: another that wrote later commits first, and stands first", async () => {
    const [wrote, goOn] = [latch(), latch()];
    const long = inTransaction(actor, async (tx) => {
      await row(tx, "long");
      wrote.open();
      await goOn.opened;
      return ok(undefined);
    });
    await wrote.opened;
    await inTransaction(actor, async (tx) => {
      await row(tx, "short");
      return ok(undefined);
    });
    expect(await subjects()).toEqual(["short"]);
    goOn.open();
    await long;
    expect(await subjects()).toEqual(["short", "long"]);
    expect((await verifyAudit(db("web"))).ok).toBe(true);
  });

  it("keeps the order of an act's own rows, and none of an act that fails", async () => {
    await inTransaction(actor, async (tx) => {
      for (const subject of ["one", "two", "three"]) await row(tx, subject);
      return ok(undefined);
    });
    const failed = inTransaction(actor, async (tx) => {
      await row(tx, "never");
      throw new Error("broken");
    });
    await expect(failed).rejects.toThrow("broken");
    expect((await subjects()).slice(-3)).toEqual(["one", "two", "three"]);
  });
});

describe("an act that loses a race", () => {
  it("by deadlock is begun anew: both of two that lock in opposite order are done, once each", async () => {
    const [a, b] = [await seedAgency("A"), await seedAgency("B")];
    const both = [latch(), latch()];
    let runs = 0;
    const act = (first: string, second: string, mine: number) =>
      inTransaction(actor, async (tx) => {
        runs += 1;
        await tx.$queryRaw`select id from agency where id = ${first}::uuid for update`;
        both[mine]?.open();
        await both[1 - mine]?.opened;
        await tx.$queryRaw`select id from agency where id = ${second}::uuid for update`;
        await row(tx, `deadlock ${mine}`);
        return ok(mine);
      });
    const done = await Promise.all([act(a.id, b.id, 0), act(b.id, a.id, 1)]);
    expect(done).toEqual([ok(0), ok(1)]);
    expect(runs).toBe(3);
    expect((await subjects()).filter((subject) => subject.startsWith("deadlock")).toSorted()).toEqual([
      "deadlock 0",
      "deadlock 1",
    ]);
  });

  it.each(["40001", "40P01"])("by %s over and over is given up after a bounded number of attempts", async (code) => {
    let runs = 0;
    const act = inTransaction(actor, async (tx) => {
      runs += 1;
      await tx.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '${code}'; END $$`);
      return ok(undefined);
    });
    await expect(act).rejects.toThrow();
    expect(runs).toBe(MOST_ATTEMPTS);
  });

  it("is told from one that is wrong: that is tried once", async () => {
    let runs = 0;
    const act = inTransaction(actor, async (tx) => {
      runs += 1;
      await tx.$executeRawUnsafe("SELECT 1 / 0");
      return ok(undefined);
    });
    await expect(act).rejects.toThrow();
    expect(runs).toBe(1);
  });
});
