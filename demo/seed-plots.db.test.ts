import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { type TestDatabase, testDatabase } from "#lib/testing/database.ts";
import { FEDERATION, SERVER_NAMES } from "./agencies.ts";
import { PLOTS } from "./plots.ts";
import { seed } from "./seed.ts";
import { seedPlots } from "./seed-plots.ts";

let database: TestDatabase;
let client: pg.Client;
let again: () => Promise<void>;

beforeAll(async () => {
  database = await testDatabase();
  const { ownerUrl, webUrl, workerUrl } = database;
  client = new pg.Client(ownerUrl);
  await client.connect();
  const now = systemClock.now();
  const { agencies } = await seed({ ownerUrl, issuer: "https://provider.example", count: 12, now });
  for (const key of ["fv", "ts"] as const) {
    const id = newId();
    await client.query(
      `INSERT INTO homeserver (id, server_name, platform, mode, identity_state, version, created_at)
       VALUES ($1, $2, 'synapse', 'enforce', 'pinned', 1, $3)`,
      [id, SERVER_NAMES[key], now],
    );
    await client.query("INSERT INTO homeserver_agency VALUES ($1, $2)", [id, agencies[key].replace("agy_", "")]);
  }
  const urls = { owner: ownerUrl, web: webUrl, worker: workerUrl };
  again = () => seedPlots({ urls, environment: "demo" }, FEDERATION.id);
});
afterAll(async () => {
  await client.end();
  await database.close();
});

const rows = async (query: string) => (await client.query<Record<string, unknown>>(query)).rows;

test("the demo shows each state that an agreement can be in, left by people's acts under the web's own role, and a second start changes nothing", async () => {
  await again();
  const stages = await rows(`SELECT stage, count(*)::int AS n FROM agreement GROUP BY stage ORDER BY stage`);
  expect(stages).toEqual([
    { stage: "agreed", n: 4 },
    { stage: "closed", n: 1 },
    { stage: "offered", n: 2 },
    { stage: "requested", n: 1 },
  ]);
  const acts = (await rows(`SELECT DISTINCT kind FROM decision`)).map(({ kind }) => kind);
  expect(acts).toEqual(expect.arrayContaining(["suspend", "hold", "decline", "endorse", "accept"]));
  const unlogged = await rows(
    `SELECT kind FROM decision d WHERE kind <> 'hold' AND NOT EXISTS (SELECT 1 FROM audit a
       WHERE a.kind = 'trust.' || d.kind AND a.subject = 'agr_' || d.agreement_id)`,
  );
  expect(unlogged).toEqual([]);
  const points = await rows(`SELECT 1 FROM enforcement_point`);
  expect(points).toEqual([]);
  const before = await rows(`SELECT id, version FROM agreement ORDER BY id`);
  expect(before).toHaveLength(PLOTS.length);
  await again();
  expect(await rows(`SELECT id, version FROM agreement ORDER BY id`)).toEqual(before);
});
