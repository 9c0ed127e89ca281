import { join } from "node:path";
import { migrate } from "#lib/data/migrate.ts";
import { ensureRoles, roleFault } from "#lib/data/roles.ts";
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
  const admin = new URL(server.adminUrl);
  admin.pathname = new URL(urls.owner).pathname;
  return { urls, server: server.process, adminUrl: admin.href };
};

const fromOwner = async (owner: string, layout: Layout): Promise<DatabaseUrls> => {
  const password = (role: string): string => keptSecret(join(layout.secrets, `database-${role}`));
  const url = new URL(owner);
  const passwords = { owner: decodeURIComponent(url.password), web: password("web"), worker: password("worker") };
  const { web, worker } = await ensureRoles(owner, { database: url.pathname.slice(1), passwords });
  return { owner, web, worker };
};

/** The database that the settings name, with web's and worker's roles made where the owner may make them. */
const named = async (settings: Settings, layout: Layout): Promise<DatabaseUrls | undefined> => {
  const { databaseUrlOwner: owner, databaseUrlWeb: web, databaseUrlWorker: worker } = settings;
  if (owner === undefined && web === undefined && worker === undefined) return undefined;
  if (owner !== undefined && web !== undefined && worker !== undefined) return { owner, web, worker };
  if (owner !== undefined && web === undefined && worker === undefined) return fromOwner(owner, layout);
  throw new Error(
    "DATABASE_URL_OWNER, DATABASE_URL_WEB, DATABASE_URL_WORKER: expected all three, the owner's alone, or none",
  );
};

/** As owner or superuser row-level security would not hold: then nothing starts. */
const refuseTooMighty = async ({ web, worker }: DatabaseUrls): Promise<void> => {
  for (const [name, url] of Object.entries({ DATABASE_URL_WEB: web, DATABASE_URL_WORKER: worker })) {
    const fault = await roleFault(url);
    if (fault !== undefined) throw new Error(`${name}: expected a role without rights over the tables; ${fault}`);
  }
};

/** The database that the settings name, or one of our own; its schema brought up to date. */
export const openDatabase = async (
  settings: Settings,
  layout: Layout,
  separation: Separation,
  say: (line: string) => void,
): Promise<Database> => {
  const urls = await named(settings, layout);
  const database =
    urls === undefined ? await embedded(layout, separation, say) : { urls, server: undefined, adminUrl: undefined };
  await migrate(database.urls.owner);
  await refuseTooMighty(database.urls);
  return database;
};
