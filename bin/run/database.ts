import { join } from "node:path";
import { migrate } from "#lib/data/migrate.ts";
import { ensureRoles } from "#lib/data/roles.ts";
import type { Settings } from "#lib/platform/env.ts";
import { keptSecret } from "./home.ts";
import type { Layout } from "./layout.ts";
import { startPostgres } from "./postgres.ts";
import type { RunningProcess } from "./processes.ts";
import { type Separation, userFor } from "./users.ts";

export type DatabaseUrls = { readonly owner: string; readonly web: string; readonly worker: string };

export type Database = {
  readonly urls: DatabaseUrls;
  /** Absent where the settings name a database. */
  readonly server: RunningProcess | undefined;
  /** The embedded server's superuser; the product itself never connects as it. */
  readonly adminUrl: string | undefined;
};

const WISHED_PORT = 5_433;

/** The embedded server with its three roles, each with a random password of its own kept among the secrets. */
const embedded = async (layout: Layout, separation: Separation, say: (line: string) => void): Promise<Database> => {
  const server = await startPostgres({
    dir: layout.postgres,
    port: WISHED_PORT,
    runAs: userFor(separation, "database"),
    portTaken: (other) => say(`port ${WISHED_PORT} is taken: PostgreSQL listens on ${other}`),
  });
  const password = (role: string): string => keptSecret(join(layout.secrets, `database-${role}`));
  const urls = await ensureRoles(server.adminUrl, {
    database: "tillit",
    passwords: { owner: password("owner"), web: password("web"), worker: password("worker") },
  });
  return { urls, server: server.process, adminUrl: server.adminUrl };
};

/** The database that the settings name, or one of our own; its schema brought up to date. */
export const openDatabase = async (
  settings: Settings,
  layout: Layout,
  separation: Separation,
  say: (line: string) => void,
): Promise<Database> => {
  const { databaseUrlOwner: owner, databaseUrlWeb: web, databaseUrlWorker: worker } = settings;
  const given = [owner, web, worker].filter((url) => url !== undefined).length;
  if (given > 0 && (owner === undefined || web === undefined || worker === undefined))
    throw new Error("DATABASE_URL_OWNER, DATABASE_URL_WEB, DATABASE_URL_WORKER: expected all three, or none");
  const database =
    owner === undefined || web === undefined || worker === undefined
      ? await embedded(layout, separation, say)
      : { urls: { owner, web, worker }, server: undefined, adminUrl: undefined };
  await migrate(database.urls.owner);
  return database;
};
