import { PrismaPg } from "@prisma/adapter-pg";
import { settings } from "#lib/platform/env.ts";
import { processWide } from "#lib/platform/global.ts";
import { type Prisma, PrismaClient } from "./generated/client.ts";

/** A running transaction. What is done with it commits or vanishes together. */
export type Tx = Prisma.TransactionClient;

/** The three database roles: `owner` for migrations and the server's own commands, `web`, and `worker`. */
export type DatabaseRole = "owner" | "web" | "worker";

const CONNECTIONS: Readonly<Record<DatabaseRole, number>> = { owner: 2, web: 10, worker: 10 };

const urlOf = (role: DatabaseRole): string => {
  const { databaseUrlOwner, databaseUrlWeb, databaseUrlWorker } = settings();
  const url = { owner: databaseUrlOwner, web: databaseUrlWeb, worker: databaseUrlWorker }[role];
  if (url === undefined) throw new Error(`DATABASE_URL_${role.toUpperCase()}: expected a value, none is set`);
  return url;
};

/** A client of its own, for whoever has a connection string in hand. Call `$disconnect` when done with it. */
export const connect = (url: string, max = 2): PrismaClient =>
  new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max, application_name: "tillit" }),
    transactionOptions: { maxWait: 10_000, timeout: 20_000 },
  });

/** The process's client in that role; made at the first call. */
export const db = (role: DatabaseRole): PrismaClient =>
  processWide(`database.${role}`, () => connect(urlOf(role), CONNECTIONS[role]));
