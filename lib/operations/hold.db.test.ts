import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ON_STALE } from "#lib/domain/directory.ts";
import { type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { instant, MINUTE } from "#lib/domain/instant.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { reconcileHomeserver } from "#lib/reconcile/homeserver.ts";
import { agreementOf } from "#lib/reconcile/scene.fixture.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { readList } from "#lib/signing/documents.ts";
import { asToken, openLine, seedPerson } from "#lib/testing/line.ts";
import { putBack, readDrift } from "./put-back.ts";
import { listAuditRows } from "./read-audit.ts";
import { readHomeserver } from "./read-homeservers.ts";
import { readInbox } from "./read-inbox.ts";
import { readHold, releaseList } from "./release-list.ts";
import { setOnStale } from "./set-on-stale.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let owner: pg.Client;
let world: World;
let a: Member;
let b: Member;

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
  a = await world.addServer("fv");
  b = await world.addServer("ts");
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
const refusedRows = async (person: Awaited<ReturnType<typeof approverOf>>) =>
  value(await listAuditRows(person, { limit: 50, outcome: "refused" })).items.map(({ code }) => code);

/** An agreement in force at both, whose rows then vanish from the record without a decision. */
const held = async () => {
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  await round(b);
  await owner.query(`UPDATE agreement SET stage = 'requested' WHERE id = $1`, [agreement.id]);
  for (const table of ["decision", "agreement_server", "agreement_party", "agreement_version"]) {
    await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await owner.query(`DELETE FROM ${table} WHERE agreement_id = $1`, [agreement.id]);
  }
  await round(a);
};

describe("a held list", () => {
  test("is shown with the difference, is released by an approver on that server, and is then pushed", async () => {
    await held();
    expect(a.simulator.lets(b.name)).toBe(true);
    const approver = await approverOf(a);
    const view = value(await readHold(approver, { id: server() }));
    expect(view).toMatchObject({
      mayRelease: true,
      held: { why: "source_empty", names: [b.name], remove: [b.name], add: [], before: [b.name], after: [] },
    });
    const inbox = value(await readInbox(approver, { limit: 50 })).items;
    expect(inbox).toMatchObject([{ kind: "held_list", direction: "incoming", homeserver: { serverName: a.name } }]);
    const { held: plan, version } = view;
    const wish = { id: server(), version, digest: plan?.digest ?? "", reason: "the database was restored" };
    const released = value(await releaseList(approver, wish));
    expect([released.mayRelease, released.held?.releasedAt]).toEqual([false, expect.any(Number)]);
    expect(value(await readInbox(approver, { limit: 50 })).items).toEqual([]);
    await round(a);
    expect(a.simulator.lets(b.name)).toBe(false);
    expect(value(await readHold(approver, { id: server() })).held).toBeNull();
    expect(codeOf(await releaseList(approver, wish))).toBe("nothing_held");
    const [row] = value(await listAuditRows(approver, { limit: 10, kind: "list.released" })).items;
    expect(row).toMatchObject({
      actor: { name: "Bo" },
      details: { reason: "the database was restored", removed: [b.name] },
    });
    const woken = await owner.query(`SELECT data FROM pgboss.job WHERE data->>'homeserverId' = $1`, [a.id]);
    expect(woken.rows).toHaveLength(1);
  });

  test("is released by nobody else: not by a token, a foreign approver, an administrator, on a stale version or another difference", async () => {
    await held();
    const approver = await approverOf(a);
    const foreign = await approverOf(b);
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: idOf("agy", a.agency) });
    const { held: plan, version } = value(await readHold(approver, { id: server() }));
    const wish = { id: server(), version, digest: plan?.digest ?? "", reason: "restored" };
    expect(codeOf(await releaseList(asToken(approver), wish))).toBe("tokens_never_decide");
    expect(codeOf(await releaseList(foreign, wish))).toBe("not_permitted");
    expect(codeOf(await releaseList(administrator, wish))).toBe("not_permitted");
    expect(codeOf(await releaseList(approver, { ...wish, version: version + 1 }))).toBe("stale_version");
    expect(codeOf(await releaseList(approver, { ...wish, digest: "sha256:another" }))).toBe("hold_changed");
    expect(codeOf(await readHold(foreign, { id: server() }))).toBe("not_permitted");
    await round(a);
    expect(a.simulator.lets(b.name)).toBe(true);
    expect(await refusedRows(approver)).toEqual([
      "hold_changed",
      "stale_version",
      "not_permitted",
      "tokens_never_decide",
    ]);
    expect(value(await readHold(approver, { id: server() })).held?.since).toBe(plan?.since);
  });

  test("that has changed since it was shown is refused, and what was shown then opens nothing", async () => {
    await held();
    const approver = await approverOf(a);
    const { held: shown, version } = value(await readHold(approver, { id: server() }));
    const c = await world.addServer("sk");
    await world.agree(agreementOf(a.name, c.name), a, c);
    await round(a);
    const wish = { id: server(), version, digest: shown?.digest ?? "", reason: "restored" };
    const refused = await releaseList(approver, wish);
    expect(refused).toMatchObject({ error: { code: "hold_changed", link: `/servers/hs_${a.id}` } });
    expect(a.simulator.lets(c.name)).toBe(true);
    expect(a.simulator.lets(b.name)).toBe(true);
  });

  test("is for an operator's eyes and hands no more than reading: the database itself refuses the release", async () => {
    await held();
    const foreign = await approverOf(b);
    const web = new pg.Client({ connectionString: database.webUrl });
    await web.connect();
    await web.query("BEGIN");
    await web.query(
      `SELECT set_config('app.person_id', $1, true), set_config('app.agency_ids', $2, true),
      set_config('app.acting_ids', $2, true)`,
      [foreign.person, b.agency],
    );
    const insert = web.query(
      `INSERT INTO list_release (id, homeserver_id, kind, digest, person_id, reason, at) VALUES ($1, $2, 'brake', 'x', $1, '', 1)`,
      [foreign.person, a.id],
    );
    await expect(insert).rejects.toThrow("row-level security");
    await web.query("ROLLBACK");
    await web.end();
  });
});

describe("a name shut at the server", () => {
  const shut = async () => {
    await world.agree(agreementOf(a.name, b.name), a, b);
    await round(a);
    const at = world.clock.now();
    await owner.query(
      `INSERT INTO drift (id, homeserver_id, server_name, kind, found_at) VALUES (gen_random_uuid(), $1, $2, 'shut_locally', $3)`,
      [a.id, b.name, at],
    );
    await owner.query(
      `UPDATE evidence SET state = 'failed', detail = detail || '{"shutLocally": true}'
       WHERE from_server_id = $1 AND to_server_id = $2 AND station = 'effective'`,
      [b.id, a.id],
    );
    await round(a);
    return at;
  };

  test("stays shut, is shown with its time, and comes back by the word of an approver on that server", async () => {
    const foundAt = await shut();
    expect(a.simulator.lets(b.name)).toBe(false);
    const approver = await approverOf(a);
    const drift = value(await readDrift(approver, { id: server() }));
    expect(drift).toMatchObject({
      mayPutBack: true,
      items: [{ server: b.name, kind: "shut_locally", foundAt, endedAt: null, putBackAt: null }],
    });
    expect(value(await readInbox(approver, { limit: 50 })).items).toMatchObject([
      { kind: "shut_locally", waitingSince: foundAt },
    ]);
    const wish = { id: server(), version: drift.version, server: b.name, foundAt, reason: "a mistake" };
    expect(codeOf(await putBack(asToken(approver), wish))).toBe("tokens_never_decide");
    expect(codeOf(await putBack(await approverOf(b), wish))).toBe("not_permitted");
    expect(codeOf(await putBack(approver, { ...wish, foundAt: foundAt - 1 }))).toBe("hold_changed");
    expect(codeOf(await putBack(approver, { ...wish, server: a.name }))).toBe("nothing_held");
    await round(a);
    expect(a.simulator.lets(b.name)).toBe(false);
    expect(value(await putBack(approver, wish)).items).toMatchObject([{ putBackAt: expect.any(Number) }]);
    expect(value(await readInbox(approver, { limit: 50 })).items).toEqual([]);
    await round(a);
    expect(a.simulator.lets(b.name)).toBe(true);
    expect(value(await readDrift(approver, { id: server() })).items).toMatchObject([{ ending: "put_back" }]);
    expect(codeOf(await putBack(approver, wish))).toBe("nothing_held");
  });

  test("by the operator's own file is not the portal's to let back in", async () => {
    await owner.query(
      `INSERT INTO drift (id, homeserver_id, server_name, kind, found_at) VALUES (gen_random_uuid(), $1, $2, 'denied_locally', 1)`,
      [a.id, b.name],
    );
    const approver = await approverOf(a);
    const wish = { id: server(), version: 1, server: b.name, foundAt: 1, reason: "why not" };
    expect(codeOf(await putBack(approver, wish))).toBe("denied_at_server");
    expect(codeOf(await readDrift(await approverOf(b), { id: server() }))).toBe("not_permitted");
  });
});

describe("what a server does when its list is stale", () => {
  test("is an approver's choice, and goes with the next signed list", async () => {
    await world.agree(agreementOf(a.name, b.name), a, b);
    await round(a);
    const approver = await approverOf(a);
    const { version, onStale } = value(await readHomeserver(approver, { id: server() }));
    expect(onStale).toBe(ON_STALE[0]);
    const wish = { id: server(), version, onStale: "shut" as const };
    expect(codeOf(await setOnStale(asToken(approver), wish))).toBe("tokens_never_decide");
    expect(codeOf(await setOnStale(await approverOf(b), wish))).toBe("not_permitted");
    expect(value(await setOnStale(approver, wish)).onStale).toBe("shut");
    expect(codeOf(await setOnStale(approver, wish))).toBe("stale_version");
    expect(codeOf(await setOnStale(approver, { ...wish, version: version + 1 }))).toBe("move_not_allowed");
    await round(a);
    const { rows } = await owner.query(
      `SELECT bytes FROM signed_document WHERE homeserver_id = $1 AND kind = 'list' ORDER BY version DESC LIMIT 1`,
      [a.id],
    );
    expect(readList(rows[0].bytes)).toMatchObject({ value: { fields: { when_stale: "shut", version: 2 } } });
    expect(value(await readHomeserver(approver, { id: server() })).list).toMatchObject({
      warning: null,
      validUntil: expect.any(Number),
    });
  });
});
