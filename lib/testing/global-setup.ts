import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "#bin/run/postgres.ts";
import { separate, userFor } from "#bin/run/users.ts";
import { migrate } from "#lib/data/migrate.ts";
import { ensureRoles } from "#lib/data/roles.ts";
import { ADMIN_URL, PASSWORDS, TEMPLATE } from "./database.ts";

/** One real PostgreSQL for the whole run, with a migrated template from which each test file gets its own database. */
export default async () => {
  const home = mkdtempSync(join(tmpdir(), "tillit-test-"));
  await chmod(home, 0o755);
  for (const folder of ["secrets", "log"]) mkdirSync(join(home, folder), { mode: 0o755 });
  const server = await startPostgres({ dir: join(home, "postgres"), runAs: userFor(separate(home), "database") });
  const client = new pg.Client(server.adminUrl);
  await client.connect();
  // Tests lose nothing that matters when the machine dies.
  await client.query("ALTER SYSTEM SET fsync = off");
  await client.query("ALTER SYSTEM SET synchronous_commit = off");
  await client.query("SELECT pg_reload_conf()");
  await client.end();
  const urls = await ensureRoles(server.adminUrl, { database: TEMPLATE, passwords: PASSWORDS });
  await migrate(urls.owner);
  process.env[ADMIN_URL] = server.adminUrl;
  return async () => {
    await server.process.stop();
    rmSync(home, { recursive: true, force: true });
  };
};
