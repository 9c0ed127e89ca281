import { PrismaPg } from "@prisma/adapter-pg";
import { settings } from "#lib/platform/env.ts";
import { processWide } from "#lib/platform/global.ts";
import { type Prisma, PrismaClient } from "./generated/client.ts";

/** The three ways into the database. `owner` migrates and nothing else; `web` and `worker` live under row-level security. */
export type DatabaseRole = "owner" | "web" | "worker";

/** A connection URL for each role (`postgresql://role:password@host:port/database`). */
export type DatabaseUrls = Readonly<Record<DatabaseRole, string>>;

/** Connections each role may hold. A decision waits for the one before it on a row lock, so some of these only wait. */
const POOL = { owner: 2, web: 12, worker: 8 } as const satisfies Record<DatabaseRole, number>;

type Held = { urls: DatabaseUrls | undefined; clients: Map<DatabaseRole, PrismaClient> };

const held = (): Held => processWide<Held>("data.clients", () => ({ urls: undefined, clients: new Map() }));

/** Says which database this process uses, before anything asks for it. Without it, the settings say. */
export const useDatabase = (urls: DatabaseUrls): void => {
  if (held().clients.size > 0) throw new Error("a database is already in use; call closeDatabase first");
  held().urls = urls;
};

/**
 * The URL of one role: what `useDatabase` said, else the settings.
 * Throws Error where there is none: start has made and named all three before any other code runs.
 */
export const databaseUrl = (role: DatabaseRole): string => {
  const { databaseUrlOwner, databaseUrlWeb, databaseUrlWorker } = held().urls ? NO_SETTINGS : settings();
  const fromSettings = { owner: databaseUrlOwner, web: databaseUrlWeb, worker: databaseUrlWorker }[role];
  const url = held().urls?.[role] ?? fromSettings;
  if (url === undefined) throw new Error(`DATABASE_URL_${role.toUpperCase()} is not set`);
  return url;
};

const NO_SETTINGS = { databaseUrlOwner: undefined, databaseUrlWeb: undefined, databaseUrlWorker: undefined } as const;

/** A client of its own for a URL, which the caller disconnects. */
export const connect = (url: string, connections = 4): PrismaClient =>
  new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: connections }) });

/** This process's client for a role; connects at its first query. */
export const db = (role: DatabaseRole): PrismaClient => {
  const { clients } = held();
  const client = clients.get(role) ?? connect(databaseUrl(role), POOL[role]);
  clients.set(role, client);
  return client;
};

/** Ends this process's connections. Safe to repeat. */
export const closeDatabase = async (): Promise<void> => {
  const { clients } = held();
  const open = [...clients.values()];
  clients.clear();
  held().urls = undefined;
  await Promise.all(open.map((client) => client.$disconnect()));
};
