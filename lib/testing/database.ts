import { randomBytes } from "node:crypto";
import pg from "pg";

/** Where the global set-up says how to reach the server of this run. */
export const ADMIN_URL = "TILLIT_TEST_ADMIN_URL";
export const TEMPLATE = "tillit_template";
export const PASSWORDS = { owner: "owner", web: "web", worker: "worker" } as const;

export type TestDatabase = {
  readonly ownerUrl: string;
  readonly webUrl: string;
  readonly workerUrl: string;
  /** A superuser's connection: for what no role of the product may do, such as rewriting the log. */
  readonly adminUrl: string;
  readonly close: () => Promise<void>;
};

const asAdmin = async (adminUrl: string, statement: string): Promise<void> => {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/** A fresh, migrated database of its own, copied from the template in some 100 ms. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const adminUrl = process.env[ADMIN_URL];
  if (adminUrl === undefined) throw new Error("no test database: run this file in the vitest project `db`");
  const name = `t_${randomBytes(6).toString("hex")}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER tillit_owner`);
  const url = (user?: string, password?: string): string => {
    const made = new URL(adminUrl);
    made.pathname = `/${name}`;
    if (user !== undefined && password !== undefined) Object.assign(made, { username: user, password });
    return made.href;
  };
  return {
    ownerUrl: url("tillit_owner", PASSWORDS.owner),
    webUrl: url("tillit_web", PASSWORDS.web),
    workerUrl: url("tillit_worker", PASSWORDS.worker),
    adminUrl: url(),
    close: () => asAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
};
