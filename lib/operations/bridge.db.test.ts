import { afterAll, beforeAll, expect, test } from "vitest";
import { SetPoint } from "#lib/contracts/enforcement.ts";
import { db } from "#lib/data/client.ts";
import { getPoint, storeWatched } from "#lib/data/points.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { idOf, parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson, seedServer } from "#lib/testing/line.ts";
import { readEnforcement } from "./credentials.ts";
import { decideChange } from "./decide-change.ts";
import { setBridge } from "./set-bridge.ts";
import { setPoint } from "./set-point.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";

test("a Mattermost names the homeserver behind it, of its own agency, and the page says when the bridge leads elsewhere", async () => {
  const agency = await seedAgency("Bryggverket", "mm.brygg.example");
  const id = agency.server;
  const [behind, foreign] = [idOf("hs", newId()), (await seedAgency("Annanverket", "chat.annan.example")).server];
  await seedServer(behind, "chat.brygg.example", [agency.id]);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: agency.id });
  const approver = await seedPerson("Bo", { role: "approver", agency: agency.id });
  const watch = { id, ...SetPoint.parse({ kind: "mattermost", baseUrl: "https://mm.brygg.example" }) };
  expect(codeOf(await setPoint(administrator, watch))).toBe("move_not_allowed");
  await db("owner").$executeRawUnsafe(`UPDATE homeserver SET platform = 'mattermost' WHERE id = $1::uuid`, id);
  const listed = { id, kind: "element_ess" as const, baseUrl: "https://a.example" };
  expect(codeOf(await setPoint(administrator, listed))).toBe("move_not_allowed");
  const change = parsePublicId("chg", value(await setPoint(administrator, watch)).proposed ?? "");
  if (!change.ok) throw new Error("no change");
  value(await decideChange(approver, { id: change.value, decision: "approve" }));

  expect(codeOf(await setBridge(approver, { id, behind }))).toBe("not_permitted");
  expect(codeOf(await setBridge(administrator, { id, behind: foreign }))).toBe("not_found");
  expect(codeOf(await setBridge(administrator, { id, behind: id }))).toBe("not_found");
  expect(codeOf(await setBridge(administrator, { id: behind, behind }))).toBe("move_not_allowed");
  const named = value(await setBridge(administrator, { id, behind }));
  expect(named.bridge).toMatchObject({ behind: { serverName: "chat.brygg.example" }, agrees: null });
  expect(named.needs).toEqual(["accessToken"]);

  const seen = async (server: string) => {
    await asWorker(async (tx) => {
      const point = await getPoint(tx, id);
      const look = { bridge: "running" as const, sync: true, server, address: "https://m.example", version: "11.9.0" };
      return ok(await storeWatched(tx, point?.id ?? "", { code: "passed", seen: look, at: 5 }));
    });
    return value(await readEnforcement(administrator, { id })).bridge;
  };
  expect(await seen("chat.brygg.example")).toMatchObject({ agrees: true, version: "11.9.0", at: 5 });
  expect(await seen("chat.annan.example")).toMatchObject({ agrees: false, server: "chat.annan.example" });
  expect(value(await setBridge(administrator, { id, behind: null })).bridge?.agrees).toBeNull();
});
