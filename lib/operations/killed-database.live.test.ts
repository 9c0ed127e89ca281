import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedPostgres, startPostgres } from "#bin/run/postgres.ts";
import { separate, userFor } from "#bin/run/users.ts";
import { db } from "#lib/data/client.ts";
import { migrate } from "#lib/data/migrate.ts";
import { ensureRoles } from "#lib/data/roles.ts";
import type { Actor } from "#lib/domain/access.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { seedAgency, seedPerson } from "#lib/testing/line.ts";
import { readHomeserver } from "./read-homeservers.ts";
import { setMode } from "./set-mode.ts";

const COMMITS = 1000;
const KILLS = 5;
const AT_ONCE = 8;

let home: string;
let server: EmbeddedPostgres;
const start = async (port?: number): Promise<EmbeddedPostgres> =>
  startPostgres({
    dir: join(home, "postgres"),
    runAs: userFor(separate(home), "database"),
    ...(port === undefined ? {} : { port }),
  });

beforeAll(async () => {
  setLogLevel("silent");
  home = mkdtempSync(join(tmpdir(), "tillit-killed-"));
  await chmod(home, 0o755);
  for (const folder of ["secrets", "log"]) mkdirSync(join(home, folder), { mode: 0o755 });
  server = await start();
  const passwords = { owner: "owner", web: "web", worker: "worker" };
  const urls = await ensureRoles(server.adminUrl, { database: "tillit_killed", passwords });
  await migrate(urls.owner);
  Object.assign(process.env, {
    DATABASE_URL_WEB: urls.web,
    DATABASE_URL_WORKER: urls.worker,
    DATABASE_URL_OWNER: urls.owner,
    TILLIT_FEDERATION_ID: "test.tillit.example",
    TILLIT_ENVIRONMENT: "test",
    TILLIT_BASE_URL: "http://portal.test:3000",
    NEXTAUTH_SECRET: "only-for-tests-only-for-tests-only-for-tests",
  });
  const probeName = "probe.tillit.example";
  await db("owner").federation.create({
    data: { id: "test.tillit.example", name: "T", environment: "test", epoch: 1, terms: "", probeName, createdAt: 1n },
  });
});
afterAll(async () => {
  await server.process.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Kills the server with -9, as a machine that loses its power would, and starts it again over what lies on the disk. */
const killAndRestart = async (): Promise<void> => {
  const [line = ""] = (await readFile(join(home, "postgres/data/postmaster.pid"), "utf8").catch(() => "")).split("\n");
  process.kill(Number(line) || server.process.pid, "SIGKILL");
  await server.process.ended;
  server = await start(server.port);
};

/** One act after another on one server until enough were acknowledged; an act that fails is looked at again. */
const actUntil = async (actor: Actor, id: HomeserverId, acknowledged: { count: number }): Promise<number> => {
  let own = 0;
  while (acknowledged.count < COMMITS) {
    try {
      const seen = await readHomeserver(actor, { id });
      if (!seen.ok) continue;
      const mode = seen.value.mode === "observe" ? "enforce" : "observe";
      const done = await setMode(actor, { id, version: seen.value.version, mode });
      if (done.ok) {
        own += 1;
        acknowledged.count += 1;
      }
    } catch {
      await pause(50);
    }
  }
  return own;
};

test("a database killed with -9 during 1,000 commits loses no act that was acknowledged, and keeps act, log and wake-up together", async () => {
  const actors: { readonly actor: Actor; readonly id: HomeserverId }[] = [];
  for (let each = 0; each < AT_ONCE; each += 1) {
    const agency = await seedAgency(`A${each}`, `chat.a${each}.example`);
    const actor = await seedPerson(`P${each}`, { role: "approver", agency: agency.id });
    actors.push({ actor, id: agency.server });
  }
  const acknowledged = { count: 0 };
  const acting = Promise.all(actors.map(({ actor, id }) => actUntil(actor, id, acknowledged)));
  for (let kill = 1; kill <= KILLS; kill += 1) {
    while (acknowledged.count < (COMMITS * kill) / (KILLS + 1)) await pause(5);
    await killAndRestart();
  }
  const counts = await acting;
  const admin = new pg.Client(server.adminUrl.replace(/\/[^/]*$/, "/tillit_killed"));
  await admin.connect();
  const rows = async (query: string): Promise<ReadonlyMap<string, number>> =>
    new Map((await admin.query<{ id: string; n: number }>(query)).rows.map(({ id, n }) => [id, n]));
  const acts = await rows(`SELECT id::text, version - 1 AS n FROM homeserver`);
  const logged = await rows(
    `SELECT substr(subject, 4) AS id, count(*)::int AS n FROM audit WHERE kind = 'homeserver.mode_changed' GROUP BY 1`,
  );
  const woken = await rows(
    `SELECT data->>'homeserverId' AS id, count(*)::int AS n FROM pgboss.job WHERE name = 'reconcile' GROUP BY 1`,
  );
  for (const [place, { id }] of actors.entries()) {
    expect(acts.get(id)).toBeGreaterThanOrEqual(counts[place] ?? 0);
    expect([logged.get(id), woken.get(id)]).toEqual([acts.get(id), acts.get(id)]);
  }
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(COMMITS);
  const faults = await admin.query(`SELECT seq, fault FROM audit_links(0, 1000000) WHERE fault IS NOT NULL`);
  expect(faults.rows).toEqual([]);
  await admin.end();
}, 180_000);
