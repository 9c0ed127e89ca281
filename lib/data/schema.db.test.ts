import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "#lib/testing/database.ts";
import { knownMigrations, migrate } from "./migrate.ts";

const ROOT = join(import.meta.dirname, "../..");
let database: Awaited<ReturnType<typeof testDatabase>>;
let admin: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  admin = new pg.Client(database.adminUrl);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.close();
});

/** Prisma's own command line, with the schema engine that the project brings. */
const difference = () => {
  const prisma = join(ROOT, "node_modules/prisma/build/index.js");
  const args = ["migrate", "diff", "--from-config-datasource", "--to-schema", "prisma/schema.prisma", "--exit-code"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [prisma, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, DATABASE_URL_OWNER: database.ownerUrl },
  });
  return { status, said: `${stdout}${stderr}` };
};

describe("the migrations", () => {
  it("make just the tables that the schema describes, by Prisma's own comparison", async () => {
    expect(difference()).toMatchObject({ status: 0 });
    await admin.query("ALTER TABLE agency ADD COLUMN forgotten text");
    const drifted = difference();
    expect(drifted).toMatchObject({ status: 2 });
    expect(drifted.said).toContain("forgotten");
    await admin.query("ALTER TABLE agency DROP COLUMN forgotten");
  }, 60_000);

  it("are applied once to an empty database, from however many processes at once", async () => {
    const name = `empty_${randomBytes(6).toString("hex")}`;
    await admin.query(`CREATE DATABASE ${name} OWNER tillit_owner`);
    const url = new URL(database.ownerUrl);
    url.pathname = `/${name}`;
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(url.href)));
    expect(applied.flat()).toEqual(knownMigrations().map(({ name: migration }) => migration));
    expect(await migrate(url.href)).toEqual([]);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }, 60_000);
});
