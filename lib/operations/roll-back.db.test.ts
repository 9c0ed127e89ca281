import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { instant, MINUTE } from "#lib/domain/instant.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { reconcileHomeserver } from "#lib/reconcile/homeserver.ts";
import { agreementOf } from "#lib/reconcile/scene.fixture.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { asToken, openLine, seedPerson } from "#lib/testing/line.ts";
import { putBack, readDrift } from "./put-back.ts";
import { listAuditRows } from "./read-audit.ts";
import { readHomeserver } from "./read-homeservers.ts";
import { readRollBack, rollBack } from "./roll-back.ts";
import { setMode } from "./set-mode.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let owner: pg.Client;
let world: World;
let a: Member;
let b: Member;
let c: Member;

beforeAll(async () => {
  database = await openLine();
  setLogLevel("silent");
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.close();
});
beforeEach(async () => {
  const sql = async (query: string, values: readonly unknown[] = []) => (await owner.query(query, [...values])).rows;
  world = await newWorld(sql, instant(Date.now() - 10 * MINUTE));
  [a, b, c] = [await world.addServer("fv"), await world.addServer("ts"), await world.addServer("sk")];
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const round = (member: Member) => {
  world.clock.set(instant(Math.max(Date.now(), world.clock.now() + 1)));
  const signal = new AbortController().signal;
  return reconcileHomeserver(world.deps, { homeserver: member.id, traceId: "t", signal });
};
const server = (): HomeserverId => idOf("hs", a.id);
const approverOf = (member: Member) => seedPerson("Bo", { role: "approver", agency: idOf("agy", member.agency) });
const lets = () => [b, c].filter(({ name }) => a.simulator.lets(name)).map(({ name }) => name);

/** Agreed with `b` and in force, then with `c` and in force: two lists. */
const twoLists = async () => {
  const first = await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  const second = await world.agree(agreementOf(a.name, c.name), a, c);
  await round(a);
  expect(lets()).toEqual([b.name, c.name]);
  return { first, second };
};
const stepFor = async (approver: Awaited<ReturnType<typeof approverOf>>) => {
  const { step, version } = value(await readRollBack(approver, { id: server() }));
  return { id: server(), version, digest: step?.digest ?? "", reason: "chat stopped working" };
};

test("one step goes back to the list before, exactly as it was shown, and stays so until an approver lets the name in", async () => {
  await twoLists();
  const approver = await approverOf(a);
  expect(value(await readRollBack(approver, { id: server() }))).toMatchObject({
    mayRollBack: true,
    step: { before: { version: 1 }, current: { version: 2 }, remove: [c.name], after: [b.name], notReopened: [] },
  });
  const wish = await stepFor(approver);
  value(await rollBack(approver, wish));
  await round(a);
  expect(lets()).toEqual([b.name]);
  for (let again = 0; again < 2; again += 1) await round(a);
  expect(lets()).toEqual([b.name]);
  const [row] = value(await listAuditRows(approver, { limit: 10, kind: "list.rolled_back" })).items;
  expect(row).toMatchObject({ actor: { name: "Bo" }, details: { removed: [c.name], reason: "chat stopped working" } });
  const drift = value(await readDrift(approver, { id: server() }));
  expect(drift.items).toMatchObject([{ server: c.name, kind: "shut_locally", endedAt: null }]);
  const back = { id: server(), server: c.name, foundAt: drift.items[0]?.foundAt ?? 0, reason: "mended" };
  value(await putBack(approver, { ...back, version: drift.version }));
  await round(a);
  expect(lets()).toEqual([b.name, c.name]);
});

test("a trust that was revoked since is never opened again by going back", async () => {
  const { first } = await twoLists();
  await world.decide(first, "revoke");
  await round(a);
  expect(lets()).toEqual([c.name]);
  const approver = await approverOf(a);
  expect(value(await readRollBack(approver, { id: server() })).step).toMatchObject({
    before: { version: 1 },
    remove: [c.name],
    after: [],
    notReopened: [b.name],
  });
  value(await rollBack(approver, await stepFor(approver)));
  await round(a);
  expect(lets()).toEqual([]);
});

test("a trust revoked between the word and the next list is not on that list either", async () => {
  const { first } = await twoLists();
  const approver = await approverOf(a);
  const wish = await stepFor(approver);
  await world.decide(first, "revoke");
  value(await rollBack(approver, wish));
  await round(a);
  expect(lets()).toEqual([]);
});

test("is refused to a token, a foreign approver and an administrator, on a stale version or another difference", async () => {
  await twoLists();
  const approver = await approverOf(a);
  const foreign = await approverOf(b);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: idOf("agy", a.agency) });
  const wish = await stepFor(approver);
  expect(codeOf(await rollBack(asToken(approver), wish))).toBe("tokens_never_decide");
  expect(codeOf(await rollBack(foreign, wish))).toBe("not_permitted");
  expect(codeOf(await rollBack(administrator, wish))).toBe("not_permitted");
  expect(codeOf(await rollBack(approver, { ...wish, version: wish.version + 1 }))).toBe("stale_version");
  expect(codeOf(await rollBack(approver, { ...wish, digest: "sha256:another" }))).toBe("hold_changed");
  expect(codeOf(await readRollBack(foreign, { id: server() }))).toBe("not_permitted");
  await round(a);
  expect(lets()).toEqual([b.name, c.name]);
});

test("the first list that enforced goes back to observing, and there is no step before that", async () => {
  a = await world.addServer("fk", "observe");
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  const approver = await approverOf(a);
  expect(codeOf(await rollBack(approver, await stepFor(approver)))).toBe("no_list_before");
  const { version } = value(await readHomeserver(approver, { id: server() }));
  value(await setMode(approver, { id: server(), version, mode: "enforce" }));
  await round(a);
  expect(value(await readRollBack(approver, { id: server() })).step).toMatchObject({
    mode: "observe",
    remove: [],
    after: [b.name],
  });
  value(await rollBack(approver, await stepFor(approver)));
  expect(value(await readHomeserver(approver, { id: server() })).mode).toBe("observe");
  expect(value(await readRollBack(approver, { id: server() })).step).toBeNull();
});
