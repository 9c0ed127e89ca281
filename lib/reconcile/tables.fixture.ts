import pg from "pg";
import { afterAll } from "vitest";
import { testDatabase } from "#lib/testing/database.ts";
import type { Sql } from "./world.fixture.ts";

let open: Promise<{ readonly client: pg.Client; readonly close: () => Promise<void> }> | undefined;

const start = async () => {
  const database = await testDatabase();
  process.env["DATABASE_URL_WORKER"] = database.workerUrl;
  process.env["DATABASE_URL_WEB"] = database.webUrl;
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  return { client, close: database.close };
};

/** This file's own database, by way of its owner; the worker's role is pointed at it. */
export const ownTables = async (): Promise<Sql> => {
  open ??= start();
  const { client } = await open;
  return async (query, values = []) => (await client.query<Record<string, unknown>>(query, [...values])).rows;
};

afterAll(async () => {
  const held = await open;
  await held?.client.end();
  await held?.close();
});
