import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "#bin/run/postgres.ts";
import { separate, userFor } from "#bin/run/users.ts";
import { migrate } from "#lib/data/migrate.ts";
import { ensureRoles } from "#lib/data/roles.ts";
import { newId } from "#lib/platform/ids.ts";

/** Runs a measurement on a fresh, migrated PostgreSQL of its own, and leaves nothing behind. */
export const onFreshDatabase = async (
  run: (owner: pg.Client, urls: Awaited<ReturnType<typeof ensureRoles>>, adminUrl: string) => Promise<void>,
): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), "tillit-bench-"));
  await chmod(home, 0o755);
  for (const folder of ["secrets", "log"]) mkdirSync(join(home, folder), { mode: 0o755 });
  const server = await startPostgres({ dir: join(home, "postgres"), runAs: userFor(separate(home), "database") });
  try {
    const secret = newId();
    const passwords = { owner: secret, web: secret, worker: secret };
    const urls = await ensureRoles(server.adminUrl, { database: "tillit_bench", passwords });
    await migrate(urls.owner);
    process.env["DATABASE_URL_WORKER"] = urls.worker;
    process.env["DATABASE_URL_WEB"] = urls.web;
    process.env["DATABASE_URL_OWNER"] = urls.owner;
    const owner = new pg.Client(urls.owner);
    // What failed is told by whoever failed, not by the connection that ends with the server.
    owner.on("error", () => undefined);
    await owner.connect();
    const admin = new URL(server.adminUrl);
    admin.pathname = "/tillit_bench";
    await run(owner, urls, admin.href);
    await owner.end();
  } finally {
    await server.process.stop();
    rmSync(home, { recursive: true, force: true });
  }
};
