import { afterAll, beforeAll, expect, test } from "vitest";
import { UpdateHomeserver } from "#lib/contracts/homeservers.ts";
import { holdForKeyChange } from "#lib/data/discovery.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { type HomeserverId, idOf, parsePublicId, toPublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson, seedServer } from "#lib/testing/line.ts";
import { decideChange, listChanges } from "./decide-change.ts";
import { readHomeserver } from "./read-homeservers.ts";
import { updateHomeserver } from "./write-homeservers.ts";

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
const changeId = (id: string) => {
  const read = parsePublicId("chg", id);
  if (!read.ok) throw new Error(id);
  return read.value;
};

const scene = async (name: string) => {
  const [first, second] = [await seedAgency(`${name} ett`), await seedAgency(`${name} två`)].toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  if (first === undefined || second === undefined) throw new Error("two agencies were seeded");
  const server = idOf("hs", newId());
  await seedServer(server, `chat.${name.toLowerCase()}.example`, [first.id, second.id]);
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  const approverOf = (agency: typeof first) => seedPerson("Bo", { role: "approver", agency: agency.id });
  return { first, second, server, coordinator, of: [await approverOf(first), await approverOf(second)] as const };
};

const rename = (id: HomeserverId, serverName: string) => ({
  ...UpdateHomeserver.parse({ serverName }),
  id,
  version: 1,
});

test("a server that two agencies share is renamed when the approvers of both have said yes", async () => {
  const { second, server, coordinator, of } = await scene("Delat");
  const { proposed } = value(await updateHomeserver(coordinator, rename(server, "ny.delat.example")));
  expect(proposed).toHaveLength(1);
  const change = changeId(proposed[0] ?? "");
  expect(codeOf(await decideChange(of[1], { id: change, decision: "approve" }))).not.toBe("done");
  value(await decideChange(of[0], { id: change, decision: "approve" }));
  expect(value(await readHomeserver(of[0], { id: server })).serverName).toBe("chat.delat.example");

  const waiting = value(await listChanges(of[1], { limit: 10, state: "open" })).items;
  expect(waiting.map(({ agency, after }) => [agency.id, after])).toEqual([
    [toPublicId("agy", second.id), { serverName: "ny.delat.example" }],
  ]);
  value(await decideChange(of[1], { id: changeId(waiting[0]?.id ?? ""), decision: "approve" }));
  expect(value(await readHomeserver(of[1], { id: server })).serverName).toBe("ny.delat.example");
  expect(value(await listChanges(coordinator, { limit: 10, state: "open" })).items).toEqual([]);
});

test("a server that two agencies share keeps its name when the second of them says no", async () => {
  const { server, coordinator, of } = await scene("Kvar");
  const { proposed } = value(await updateHomeserver(coordinator, rename(server, "ny.kvar.example")));
  value(await decideChange(of[0], { id: changeId(proposed[0] ?? ""), decision: "approve" }));
  const waiting = value(await listChanges(of[1], { limit: 10, state: "open" })).items;
  value(await decideChange(of[1], { id: changeId(waiting[0]?.id ?? ""), decision: "reject", reason: "Inte nu" }));
  expect(value(await readHomeserver(of[0], { id: server })).serverName).toBe("chat.kvar.example");
});

test("new keys of a shared server are put before each agency once, and an approval puts them before nobody again", async () => {
  const { server, coordinator, of } = await scene("Nycklat");
  const found = { before: {}, after: { "ed25519:ny": "A".repeat(43) }, at: 1 };
  await asWorker(async (tx) => ok(await holdForKeyChange(tx, server, found)));
  const waiting = async (actor = coordinator) =>
    value(await listChanges(actor, { limit: 10, state: "open" })).items.filter(({ kind }) => kind === "pinned_keys");
  expect(await waiting()).toHaveLength(2);
  const [first] = await waiting(of[0]);
  value(await decideChange(of[0], { id: changeId(first?.id ?? ""), decision: "approve" }));
  expect((await waiting()).map(({ id }) => id)).toEqual((await waiting(of[1])).map(({ id }) => id));
  expect(await waiting()).toHaveLength(1);
});
