import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { DAY } from "#lib/domain/instant.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { planLeaving } from "./plan-leaving.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";

test("is decided by a coordinator for a day to come, and withdrawn", async () => {
  const { id } = await seedAgency("Avvecklingsverket");
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
  const at = Date.now() + 30 * DAY;
  const wish = { id, version: 1, at, reason: "Läggs ned" };
  expect(codeOf(await planLeaving(administrator, wish))).toBe("not_permitted");
  expect(codeOf(await planLeaving(asToken(coordinator), wish))).toBe("tokens_never_decide");
  expect(codeOf(await planLeaving(coordinator, { ...wish, at: Date.now() - 1 }))).toBe("date_passed");
  expect(codeOf(await planLeaving(coordinator, { ...wish, at: null }))).toBe("move_not_allowed");
  const planned = await planLeaving(coordinator, wish);
  expect(planned.ok && [planned.value.leavesAt, planned.value.state]).toEqual([at, "active"]);
  expect(codeOf(await planLeaving(coordinator, { ...wish, at: null }))).toBe("stale_version");
  const stays = await planLeaving(coordinator, { ...wish, version: 2, at: null });
  expect(stays.ok && stays.value.leavesAt).toBe(null);
  const rows = await db("owner").audit.findMany({ where: { outcome: "done" }, orderBy: { seq: "asc" } });
  expect(rows.map(({ kind }) => kind)).toEqual(["agency.leaving", "agency.stays"]);
});
