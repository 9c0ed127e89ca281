import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSettings } from "#lib/platform/env.ts";
import { testDatabase } from "#lib/testing/database.ts";
import { openDatabase } from "./database.ts";
import { layOut } from "./layout.ts";
import { separate } from "./users.ts";

let database: Awaited<ReturnType<typeof testDatabase>>;
const home = mkdtempSync(join(tmpdir(), "tillit-open-"));
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

const open = (web: string, worker: string) => {
  const settings = readSettings("any", {
    DATABASE_URL_OWNER: database.ownerUrl,
    DATABASE_URL_WEB: web,
    DATABASE_URL_WORKER: worker,
  });
  if (!settings.ok) throw new Error(settings.error.join("; "));
  return openDatabase(settings.value, layOut(home, separate(home)), separate(home), () => undefined);
};

it("starts on a web and a worker role, and on nothing mightier", async () => {
  const { ownerUrl, webUrl, workerUrl, adminUrl } = database;
  expect((await open(webUrl, workerUrl)).urls).toEqual({ owner: ownerUrl, web: webUrl, worker: workerUrl });
  await expect(open(ownerUrl, workerUrl)).rejects.toThrow(/DATABASE_URL_WEB: .*tillit_owner owns the tables/);
  await expect(open(webUrl, ownerUrl)).rejects.toThrow(/DATABASE_URL_WORKER: .*tillit_owner owns the tables/);
  await expect(open(adminUrl, workerUrl)).rejects.toThrow(/DATABASE_URL_WEB: .*superuser/);
});
