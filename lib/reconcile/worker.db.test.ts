import { afterEach, beforeEach, expect, test } from "vitest";
import { wakeReconciler } from "#lib/data/jobs.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { idOf } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { startWorker, type Worker } from "./worker.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let worker: Worker;
let a: Member;
let b: Member;

const wake = (...members: readonly Member[]) =>
  asWorker(async (tx) => {
    await wakeReconciler(
      tx,
      members.map(({ id }) => idOf("hs", id)),
      newTraceId(),
    );
    return ok(undefined);
  });

const until = async (holds: () => boolean | Promise<boolean>, ms: number): Promise<number> => {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > ms) throw new Error(`not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - started;
};

const start = async (sweepSeconds: number) => {
  worker = await startWorker({
    databaseUrl: process.env["DATABASE_URL_WORKER"] ?? "",
    keys: world.keys,
    http: world.http,
    clock: world.clock,
    sweepSeconds,
    random: () => 0.5,
  });
  await worker.idle();
};

beforeEach(async () => {
  world = await newWorld(await ownTables());
  a = await world.addServer("fv");
  b = await world.addServer("ts");
});
afterEach(async () => {
  await worker.stop(200);
});

test("a committed wake-up opens both doors long before any sweep", async () => {
  await start(3600);
  await world.agree(agreementOf(a.name, b.name), a, b);
  expect(a.simulator.lets(b.name)).toBe(false);
  await wake(a, b);
  await until(() => a.simulator.lets(b.name) && b.simulator.lets(a.name), 5_000);
});

test("a wake-up that was lost costs a sweep, never correctness", async () => {
  await start(1);
  await world.agree(agreementOf(a.name, b.name), a, b);
  await until(() => a.simulator.lets(b.name) && b.simulator.lets(a.name), 10_000);
});

test("a server that hangs delays nobody else", async () => {
  await start(3600);
  const hanging = await Promise.all([1, 2, 3, 4, 5].map((at) => world.addServer(`slow${at}`)));
  for (const { name } of hanging) world.mischief.set(name, { slowMs: 20_000 });
  await wake(...hanging);
  await world.agree(agreementOf(a.name, b.name), a, b);
  await wake(a, b);
  await until(() => a.simulator.lets(b.name) && b.simulator.lets(a.name), 5_000);
  for (const { name } of hanging) world.mischief.set(name, { fail: "timeout" });
}, 60_000);

test("a living worker leaves a sign of life, and takes it with it", async () => {
  await start(3600);
  await until(async () => (await world.sql(`SELECT 1 FROM worker_heartbeat`)).length > 0, 5_000);
  await worker.stop();
  expect(await world.sql(`SELECT 1 FROM worker_heartbeat`)).toEqual([]);
});
