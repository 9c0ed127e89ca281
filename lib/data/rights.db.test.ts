import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#lib/platform/ids.ts";
import { openLine } from "#lib/testing/line.ts";
import { db } from "./client.ts";
import { fillTables, webAs } from "./rights.fixture.ts";
import { ACTORS, type ActorName, type Scene } from "./rights-scene.fixture.ts";
import { RIGHTS } from "./rights-table.fixture.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let admin: pg.Client;
let scene: Scene;
let web: Awaited<ReturnType<typeof webAs>>;
beforeAll(async () => {
  database = await openLine();
  admin = new pg.Client(database.adminUrl);
  await admin.connect();
  scene = await fillTables(admin);
  web = await webAs(database.webUrl, scene);
});
afterAll(async () => {
  await web.close();
  await admin.end();
  await db("owner").$disconnect();
  await database.close();
});

const tables = async (): Promise<readonly string[]> =>
  (
    await admin.query(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY 1",
    )
  ).rows.map(({ tablename }) => tablename);

/** The condition that finds one row by its key, and the keys of all rows. */
const keysOf = async (table: string) => {
  const { rows: names } = await admin.query(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY 1`,
    [table],
  );
  const columns = names.map(({ name }) => `${name}::text`);
  const { rows } = await admin.query({ text: `SELECT ${columns.join(", ")} FROM ${table}`, rowMode: "array" });
  return { where: columns.map((column, at) => `${column} = $${at + 1}`).join(" AND "), keys: rows };
};

/** A column to set to itself: where only some may be changed, one of those. */
const changeable = async (table: string): Promise<string> =>
  (
    await admin.query(
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
       ORDER BY has_column_privilege('tillit_web', attrelid, attnum, 'UPDATE') DESC, attnum`,
      [table],
    )
  ).rows[0].name;

/** For one table: how many of its rows each actor can read, change and delete, row by row, without any code of ours. */
const measured = async (table: string) => {
  const { where, keys } = await keysOf(table);
  const column = await changeable(table);
  const found: Record<"read" | "change" | "delete", number[]> = { read: [], change: [], delete: [] };
  for (const who of ACTORS) {
    await web.begin(who);
    const each = async (sql: string): Promise<number> => {
      let reached = 0;
      for (const key of keys) reached += (await web.attempt(`${sql} WHERE ${where}`, key)) === 1 ? 1 : 0;
      return reached;
    };
    found.read.push(await each(`SELECT FROM ${table}`));
    found.change.push(await each(`UPDATE ${table} SET ${column} = ${column}`));
    found.delete.push(await each(`DELETE FROM ${table}`));
    await web.undo();
  }
  return { rows: keys.length, ...found };
};

describe("every table, by raw SQL on the web's role", () => {
  it("stands in the table of rights", async () => {
    expect(Object.keys(RIGHTS).toSorted()).toEqual([...(await tables())]);
  });

  it.each(Object.entries(RIGHTS))("%s shows and yields to each just what the table says", async (table, expected) => {
    const found = await measured(table);
    expect(found.rows).toBeGreaterThan(0);
    const none = ACTORS.map(() => 0);
    expect({ ...found, rows: undefined }).toEqual({
      read: expected.read,
      change: expected.change ?? none,
      delete: expected.delete ?? none,
    });
  });
});

const tried = async (
  who: ActorName,
  table: string,
  row: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, string>> = {},
): Promise<boolean> => {
  const names = Object.keys(row);
  await web.begin(who, over);
  const outcome = await web.attempt(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
    Object.values(row),
  );
  await web.undo();
  return outcome === 1;
};

describe("by raw SQL, nobody", () => {
  const role = (agency_id: string, given: string) => ({
    id: newId(),
    person_id: scene.person.approver,
    agency_id,
    role: given,
    state: "active",
    created_at: 1,
  });
  it("gives roles but an administrator in their own agency", async () => {
    expect(await tried("administrator", "membership", role(scene.agency.a, "auditor"))).toBe(true);
    expect(await tried("administrator", "membership", role(scene.agency.b, "auditor"))).toBe(false);
    for (const who of ["approver", "auditor", "partner", "coordinator", "stranger"] as const)
      expect(await tried(who, "membership", role(scene.agency.a, "administrator"))).toBe(false);
  });

  it("takes a place in an agreement that others made", async () => {
    const party = { agreement_id: scene.agreement.ab, agency_id: scene.agency.c, side: "partner" };
    expect(await tried("foreign", "agreement_party", party)).toBe(false);
    const server = { agreement_id: scene.agreement.ab, number: 2, homeserver_id: scene.server.c, side: "partner" };
    expect(await tried("foreign", "agreement_server", server)).toBe(false);
    expect(await tried("approver", "agreement_server", server)).toBe(true);
  });

  it("writes terms but a party that may act", async () => {
    const version = {
      id: newId(),
      agreement_id: scene.agreement.ab,
      number: 2,
      terms: "{}",
      digest: "e",
      created_by: newId(),
      at: 2,
    };
    expect(await tried("administrator", "agreement_version", version)).toBe(true);
    for (const who of ["auditor", "foreign", "coordinator", "operator", "nobody"] as const)
      expect(await tried(who, "agreement_version", version)).toBe(false);
  });

  it("decides in another's name, for another agency, on the other side, or without the role", async () => {
    const decision = (who: ActorName & keyof Scene["person"], over: Readonly<Record<string, unknown>> = {}) => ({
      id: newId(),
      agreement_id: scene.agreement.ab,
      number: 1,
      digest: "d",
      side: "home",
      agency_id: scene.agency.a,
      kind: "endorse",
      person_id: scene.person[who],
      at: 2,
      ...over,
    });
    expect(await tried("approver", "decision", decision("approver"))).toBe(true);
    expect(await tried("administrator", "decision", decision("administrator", { kind: "withdraw" }))).toBe(true);
    expect(await tried("approver", "decision", decision("partner"))).toBe(false);
    expect(
      await tried("approver", "decision", decision("approver", { agency_id: scene.agency.b, side: "partner" })),
    ).toBe(false);
    expect(await tried("approver", "decision", decision("approver", { side: "partner" }))).toBe(false);
    for (const who of ["administrator", "auditor", "foreign", "coordinator", "operator"] as const)
      expect(await tried(who, "decision", decision(who))).toBe(false);
  });

  it("releases a list or puts a server's enforcement in other hands but those who may", async () => {
    const release = (who: "approver" | "administrator" | "foreign") => ({
      id: newId(),
      homeserver_id: scene.server.a,
      kind: "brake",
      digest: "l",
      person_id: scene.person[who],
      reason: "r",
      at: 2,
    });
    expect(await tried("approver", "list_release", release("approver"))).toBe(true);
    expect(await tried("administrator", "list_release", release("administrator"))).toBe(false);
    expect(await tried("foreign", "list_release", release("foreign"))).toBe(false);
    const point = (agency_id: string) => ({
      id: newId(),
      homeserver_id: scene.server.a,
      agency_id,
      kind: "synapse_module",
      mode: "push",
      keys: "{}",
      instances: "[]",
      created_at: 1,
    });
    expect(await tried("administrator", "enforcement_point", point(scene.agency.a))).toBe(true);
    expect(await tried("foreign", "enforcement_point", point(scene.agency.c))).toBe(false);
    expect(await tried("auditor", "enforcement_point", point(scene.agency.a))).toBe(false);
    expect(
      await tried("foreign", "homeserver_agency", { homeserver_id: scene.server.a, agency_id: scene.agency.c }),
    ).toBe(false);
  });

  it("sets a federation up a second time", async () => {
    const agency = {
      id: newId(),
      name_sv: "x",
      name_en: "x",
      scheme: "other",
      identifier: "x",
      member_class: "state_agency",
      country: "SE",
      state: "invited",
      created_at: 1,
    };
    expect(await tried("nobody", "agency", agency, { sign_in: "on" })).toBe(false);
    expect(await tried("coordinator", "agency", agency)).toBe(true);
    await admin.query("UPDATE membership SET state = 'ended' WHERE role = 'coordinator'");
    expect(await tried("nobody", "agency", agency, { sign_in: "on" })).toBe(true);
    await admin.query("UPDATE membership SET state = 'active' WHERE role = 'coordinator'");
  });
});

it("the worker holds an agreement, and decides nothing else", async () => {
  const worker = new pg.Client(database.workerUrl);
  await worker.connect();
  const decide = async (kind: string, person: string | null): Promise<boolean> => {
    await worker.query("BEGIN");
    try {
      await worker.query(
        "INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, person_id, at) VALUES ($1, $2, 1, 'd', 'home', $3, $4, $5, 2)",
        [newId(), scene.agreement.ab, scene.agency.a, kind, person],
      );
      return true;
    } catch (fault) {
      if (fault instanceof pg.DatabaseError && fault.code === "42501") return false;
      throw fault;
    } finally {
      await worker.query("ROLLBACK");
    }
  };
  for (const kind of ["hold", "leave"]) expect(await decide(kind, null)).toBe(true);
  expect(await decide("hold", scene.person.approver)).toBe(false);
  for (const kind of ["endorse", "accept", "resume", "reconsent"]) expect(await decide(kind, null)).toBe(false);
  await worker.end();
});
