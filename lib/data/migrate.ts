import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { DIAGNOSE_QUEUE, GROUP_QUEUE, QUEUE } from "./jobs.ts";

const FOLDER = join(import.meta.dirname, "../../prisma/migrations");
/** Any number, the same in every process: one migrates at a time. */
const LOCK = 7_111_117;

type Migration = { readonly name: string; readonly sql: string; readonly checksum: string };

/** The migrations that this version of the product knows, in their order. */
export const knownMigrations = (folder = FOLDER): readonly Migration[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));

// The table and its columns are Prisma's, so that its command line agrees about what was applied.
const LEDGER = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;

const applyOne = async (client: pg.Client, { name, sql, checksum }: Migration): Promise<void> => {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("COMMIT");
  } catch (fault) {
    await client.query("ROLLBACK");
    throw new Error(`migration ${name} was not applied`, { cause: fault });
  }
};

const applyMissing = async (client: pg.Client): Promise<readonly string[]> => {
  await client.query(LEDGER);
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    "SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL",
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const names: string[] = [];
  for (const migration of knownMigrations()) {
    const before = applied.get(migration.name);
    if (before !== undefined && before !== migration.checksum)
      throw new Error(`migration ${migration.name} was changed after it was applied`);
    if (before === undefined) {
      await applyOne(client, migration);
      names.push(migration.name);
    }
  }
  return names;
};

const makeQueues = async (ownerUrl: string): Promise<void> => {
  const boss = new PgBoss({ connectionString: ownerUrl, max: 2, supervise: false, schedule: false });
  // Without a listener an error of its pool would end the process.
  boss.on("error", () => undefined);
  await boss.start();
  for (const queue of [QUEUE, DIAGNOSE_QUEUE, GROUP_QUEUE])
    if ((await boss.getQueue(queue)) === null) await boss.createQueue(queue, { notify: true });
  await boss.stop({ graceful: false, close: true });
};

const GRANTS = `
  GRANT USAGE ON SCHEMA pgboss TO tillit_web, tillit_worker;
  GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA pgboss TO tillit_web;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO tillit_worker;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgboss TO tillit_web, tillit_worker;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO tillit_web, tillit_worker;`;

/**
 * Brings a database to this version of the product: tables, rights, and the job queue. Safe to repeat and to run from
 * several processes at once; needs no command line of Prisma's.
 *
 * @param ownerUrl connection string of the owner's role
 * @returns the names of the migrations applied now
 * @throws Error naming the migration that failed, or that was changed after it was applied
 */
export const migrate = async (ownerUrl: string): Promise<readonly string[]> => {
  const client = new pg.Client(ownerUrl);
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const names = await applyMissing(client);
    await makeQueues(ownerUrl);
    await client.query(GRANTS);
    return names;
  } finally {
    await client.end();
  }
};
