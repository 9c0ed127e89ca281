import { afterEach, beforeEach, expect, it } from "vitest";
import { HOUR } from "#lib/domain/instant.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { lookForHomeserver } from "./discover.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { newNetwork } from "./network.fixture.ts";
import { newReach } from "./reach.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { startWorker } from "./worker.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let network: ReturnType<typeof newNetwork>;
let a: Member;
let b: Member;
let agreement: string;

const foreign = () => ({ keyId: "ed25519:z", ...newKeyPair() });
const round = async (...members: readonly Member[]): Promise<void> => {
  const signal = new AbortController().signal;
  for (const { id } of members)
    await reconcileHomeserver(world.deps, { homeserver: id, traceId: "0".repeat(32), signal });
};
const look = () => {
  const reach = newReach(network.client, world.clock);
  const signal = new AbortController().signal;
  return lookForHomeserver({ http: network.client, clock: world.clock, reach, signal }, b.id);
};
const choose = (member: Member, choice: "hold" | "warn") =>
  world.sql(
    `INSERT INTO identity_choice (agreement_id, agency_id, choice, person_id, at) VALUES ($1, $2, $3, $1, 1)
     ON CONFLICT (agreement_id, agency_id) DO UPDATE SET choice = excluded.choice`,
    [agreement, member.agency, choice],
  );
const holds = async (): Promise<number> =>
  (await world.sql(`SELECT 1 FROM decision WHERE agreement_id = $1 AND kind = 'hold'`, [agreement])).length;

beforeEach(async () => {
  setLogLevel("silent");
  world = await newWorld(await ownTables());
  network = newNetwork(world);
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  agreement = (await world.agree(agreementOf(a.name, b.name), a, b)).id;
  await round(a, b, a);
  await network.serve(a);
});
afterEach(() => network.close());

it("a key that the old one did not sign holds the server's agreement and shuts both doors", async () => {
  await network.serve(b, { key: foreign() });
  const { held } = await look();
  expect([...held].toSorted()).toEqual([a.id, b.id].toSorted());
  await round(a, b);
  expect(a.simulator.lets(b.name)).toBe(false);
  expect(b.simulator.lets(a.name)).toBe(false);
  await look();
  expect(await holds()).toBe(1);
});

it("where both sides chose to be warned only, the door stays open and the change is on record", async () => {
  await choose(a, "warn");
  await choose(b, "warn");
  await network.serve(b, { key: foreign() });
  expect((await look()).held).toEqual([]);
  await round(a, b);
  expect(a.simulator.lets(b.name) && b.simulator.lets(a.name)).toBe(true);
  const [server] = await world.sql(`SELECT identity_state FROM homeserver WHERE id = $1`, [b.id]);
  expect(server?.["identity_state"]).toBe("changed");
  const told = await world.sql(`SELECT 1 FROM audit WHERE kind = 'homeserver.identity_changed' AND subject = $1`, [
    `hs_${b.id}`,
  ]);
  expect(told).toHaveLength(1);
});

it("where one side alone chose to be warned, or changed back, the agreement is held", async () => {
  await choose(a, "warn");
  await choose(b, "hold");
  await network.serve(b, { key: foreign() });
  expect((await look()).held).toHaveLength(2);
  expect(await holds()).toBe(1);
});

it("the worker checks keys again by itself when the hour is over, and shuts both doors without being asked", async () => {
  await network.serve(b, { key: foreign() });
  await world.sql(`UPDATE homeserver SET looked_at = $2 WHERE id = $1`, [b.id, world.clock.now() - 2 * HOUR]);
  const worker = await startWorker({
    databaseUrl: process.env["DATABASE_URL_WORKER"] ?? "",
    keys: world.keys,
    http: network.client,
    clock: world.clock,
    sweepSeconds: 3600,
    reach: newReach(network.client, world.clock),
  });
  try {
    for (let tries = 0; tries < 400 && (a.simulator.lets(b.name) || b.simulator.lets(a.name)); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(a.simulator.lets(b.name) || b.simulator.lets(a.name)).toBe(false);
    expect(await holds()).toBe(1);
  } finally {
    await worker.stop(200);
  }
});
