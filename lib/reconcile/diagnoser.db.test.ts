import { afterEach, beforeEach, expect, it } from "vitest";
import { addDiagnosis, getDiagnosis } from "#lib/data/diagnoses.ts";
import { wakeDiagnosis } from "#lib/data/jobs.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { type DiagnosisId, idOf } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { newNetwork } from "./network.fixture.ts";
import { newReach } from "./reach.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { startWorker, type Worker } from "./worker.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let network: ReturnType<typeof newNetwork>;
let worker: Worker | undefined;
let a: Member;
let b: Member;

beforeEach(async () => {
  world = await newWorld(await ownTables());
  network = newNetwork(world);
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  await world.agree(agreementOf(a.name, b.name), a, b);
  await network.serve(a);
  await network.serve(b);
});
afterEach(async () => {
  await worker?.stop(200);
  network.close();
});

const start = async (): Promise<void> => {
  worker = await startWorker({
    databaseUrl: process.env["DATABASE_URL_WORKER"] ?? "",
    keys: world.keys,
    http: network.client,
    clock: world.clock,
    sweepSeconds: 3600,
    reach: newReach(network.client, world.clock),
  });
  await worker.idle();
};

const asked = async (wake: boolean): Promise<DiagnosisId> => {
  const id = idOf("dia", newId());
  await asWorker(async (tx) => {
    const pair = { from: idOf("hs", a.id), to: idOf("hs", b.id) };
    await addDiagnosis(tx, { id, ...pair, traceId: newTraceId(), askedAt: world.clock.now(), askedBy: undefined });
    if (wake) await wakeDiagnosis(tx, id);
    return ok(undefined);
  });
  return id;
};

const finished = async (id: DiagnosisId) => {
  for (let tries = 0; tries < 500; tries += 1) {
    const read = await asWorker(async (tx) => ok(await getDiagnosis(tx, id)));
    const found = read.ok ? read.value : undefined;
    if (found?.state === "done" || found?.state === "failed") return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("not finished");
};

it("a diagnosis that is asked for is run by the worker at once, step by step, and stored", async () => {
  await start();
  const found = await finished(await asked(true));
  expect(found.state).toBe("done");
  expect(found.result).toMatchObject({
    directions: [
      { from: a.name, to: b.name },
      { from: b.name, to: a.name },
    ],
  });
  // Taken, three steps, done: pages hear of each.
  expect(found.version).toBeGreaterThanOrEqual(6);
});

it("a diagnosis whose wake-up was lost is found by the sweep at the worker's start", async () => {
  const id = await asked(false);
  await start();
  expect((await finished(id)).state).toBe("done");
});
