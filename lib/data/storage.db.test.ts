import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "#lib/domain/access.ts";
import { refusal } from "#lib/domain/errors.ts";
import { idOf } from "#lib/domain/ids.ts";
import { err, ok } from "#lib/domain/result.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedPerson } from "#lib/testing/line.ts";
import { appendAudit, verifyAudit } from "./audit.ts";
import { db } from "./client.ts";
import { wakeReconciler } from "./jobs.ts";
import { roleFault } from "./roles.ts";
import { inTransaction, refuse } from "./transaction.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let admin: pg.Client;
beforeAll(async () => {
  database = await openLine();
  admin = new pg.Client(database.adminUrl);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await Promise.all([db("web").$disconnect(), db("owner").$disconnect()]);
  await database.close();
});

const somebody = (): Actor => ({
  person: idOf("per", newId()),
  pseudonym: newId(),
  memberships: [],
  credential: { kind: "link" },
  locale: "sv",
  traceId: "t",
});
const write = (subject: string, actor = somebody()) =>
  inTransaction(actor, async (tx) => {
    await appendAudit(tx, { kind: "person.signed_in", subject, agencyIds: [], details: { method: "link" } });
    return ok(subject);
  });
const rows = async (): Promise<number> => Number((await admin.query("SELECT count(*) AS n FROM audit")).rows[0].n);

/** Does something to the log that only a superuser can, looks, and puts everything back. */
const tampered = async (...statements: readonly string[]) => {
  await admin.query("SET session_replication_role = replica");
  await admin.query("CREATE TEMP TABLE kept AS SELECT * FROM audit");
  await admin.query("CREATE TEMP TABLE kept_details AS SELECT * FROM audit_detail");
  for (const statement of statements) await admin.query(statement);
  const found = await verifyAudit(db("web"));
  await admin.query("DELETE FROM audit");
  await admin.query("INSERT INTO audit SELECT * FROM kept");
  await admin.query("DELETE FROM audit_detail");
  await admin.query("INSERT INTO audit_detail SELECT * FROM kept_details");
  await admin.query("DROP TABLE kept, kept_details");
  await admin.query("SET session_replication_role = origin");
  return found;
};

describe("the log", () => {
  beforeAll(async () => {
    for (let count = 0; count < 8; count += 1) await write(`s${count}`);
  });

  it("holds, and twenty who write at once leave no gap", async () => {
    const before = await rows();
    await Promise.all(Array.from({ length: 20 }, (_, at) => write(`at-once-${at}`)));
    expect(await verifyAudit(db("web"))).toMatchObject({ ok: true, rows: before + 20 });
  });

  it("names the first row that was changed, in its bytes, a column or its details", async () => {
    expect(
      (await tampered("UPDATE audit SET bytes = replace(bytes, '\"s3\"', '\"s9\"') WHERE subject = 's3'")).firstBad
        ?.why,
    ).toMatch(/hash/);
    expect((await tampered("UPDATE audit SET kind = 'person.erased' WHERE seq = 4")).firstBad).toEqual({
      seq: 4,
      why: "its columns differ from its bytes",
    });
    expect((await tampered("UPDATE audit_detail SET bytes = '{}', details = '{}' WHERE seq = 5")).firstBad?.seq).toBe(
      5,
    );
  });

  it("names a row that is missing, moved, or cut off at the end", async () => {
    expect((await tampered("DELETE FROM audit WHERE seq = 3")).firstBad?.seq).toBe(4);
    expect(
      (
        await tampered(
          "UPDATE audit SET seq = -1 WHERE seq = 2",
          "UPDATE audit SET seq = 2 WHERE seq = 3",
          "UPDATE audit SET seq = 3 WHERE seq = -1",
        )
      ).firstBad?.seq,
    ).toBe(2);
    expect((await tampered("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")).firstBad?.why).toBe(
      "the end of the log is missing",
    );
  });

  it("cut off together with its head, or rewritten as a whole, is found by whoever noted the head", async () => {
    const { head } = await verifyAudit(db("web"));
    if (head === null) throw new Error("the log is empty");
    const rewritten = await admin.query("BEGIN").then(async () => {
      await admin.query("SET LOCAL session_replication_role = replica");
      const rewrite =
        "UPDATE audit SET bytes = replace(bytes, '\"s1\"', '\"s8\"'), subject = replace(subject, 's1', 's8')";
      await admin.query(rewrite);
      for (let seq = 1; seq <= head.seq; seq += 1)
        await admin.query(
          `UPDATE audit a SET prev_hash = p.hash, hash = audit_hash(p.hash, a.seq, a.bytes)
             FROM (SELECT coalesce((SELECT hash FROM audit WHERE seq = $1 - 1), decode(repeat('00', 32), 'hex')) AS hash) p
           WHERE a.seq = $1`,
          [seq],
        );
      await admin.query("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = audit_head.seq)");
      await admin.query("COMMIT");
      return { alone: await verifyAudit(db("web")), witnessed: await verifyAudit(db("web"), head) };
    });
    expect(rewritten.alone.ok).toBe(true);
    expect(rewritten.witnessed.firstBad).toEqual({ seq: head.seq, why: "it is not the row that was witnessed" });
    const later = { seq: head.seq + 1, hash: head.hash };
    expect((await verifyAudit(db("web"), later)).firstBad?.why).toBe("the log ends before what was witnessed");
  });

  it("holds after names and details were erased", async () => {
    expect((await tampered("DELETE FROM audit_detail", "DELETE FROM person_name")).ok).toBe(true);
  });

  it("is refused to every role that would change or cut it", async () => {
    const owner = new pg.Client(database.ownerUrl);
    await owner.connect();
    for (const statement of ["UPDATE audit SET subject = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
      await expect(owner.query(statement)).rejects.toThrow(/append-only/);
    await owner.end();
    const web = new pg.Client(database.webUrl);
    await web.connect();
    for (const statement of [
      "UPDATE audit SET subject = 'x'",
      "DELETE FROM audit",
      "INSERT INTO audit (seq) VALUES (1)",
    ])
      await expect(web.query(statement)).rejects.toThrow(/permission denied/);
    await web.end();
  });

  it("bears who acts, and nobody else", async () => {
    const forged = `{"actor":"${newId()}","agencies":[],"at":1,"details":"","kind":"k","outcome":"done","subject":"","trace":"","type":"t"}`;
    const attempt = inTransaction(somebody(), async (tx) => {
      await tx.$queryRaw`select audit_append(${forged}, ''::bytea, '{}')::text`;
      return ok(undefined);
    });
    await expect(attempt).rejects.toThrow(/nobody else/);
  });

  it("keeps a refusal's row and nothing else of what was attempted", async () => {
    const actor = somebody();
    const before = await rows();
    const outcome = await inTransaction(actor, async (tx) => {
      await appendAudit(tx, { kind: "agency.updated", subject: "undone", agencyIds: [], details: {} });
      return refuse(tx, actor, refusal("not_permitted"), "agy_x");
    });
    expect(outcome).toEqual(err(refusal("not_permitted")));
    const { rows: last } = await admin.query("SELECT kind, outcome, code, actor FROM audit ORDER BY seq DESC LIMIT 1");
    expect(last[0]).toEqual({
      kind: "request.refused",
      outcome: "refused",
      code: "not_permitted",
      actor: actor.pseudonym,
    });
    expect(await rows()).toBe(before + 1);
  });

  it("unwritable, lets no mutation through", async () => {
    const actor = await seedPerson("Somebody", { role: "coordinator" });
    const rename = (name: string) =>
      inTransaction(actor, async (tx) => {
        await tx.federation.updateMany({ data: { name } });
        await appendAudit(tx, { kind: "federation.updated", subject: "f", agencyIds: [], details: {} });
        return ok(name);
      });
    const named = async () => (await admin.query("SELECT name FROM federation")).rows[0].name;
    const before = await named();
    await admin.query("REVOKE EXECUTE ON FUNCTION audit_append(text, bytea, text) FROM tillit_web");
    await expect(rename("Never")).rejects.toThrow();
    expect(await named()).toBe(before);
    await admin.query("GRANT EXECUTE ON FUNCTION audit_append(text, bytea, text) TO tillit_web");
    expect(await rename("Again")).toEqual(ok("Again"));
    expect(await named()).toBe("Again");
  });
});

describe("the rights", () => {
  const unguarded = async (): Promise<readonly string[]> =>
    (
      await admin.query(`SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND (EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'tillit_web'::regrole = ANY (p.polroles))
              OR NOT has_table_privilege('tillit_web', c.oid, 'SELECT, INSERT, UPDATE, DELETE')))`)
    ).rows.map(({ name }) => name);

  it("are forced on every table, and a table made without them is found", async () => {
    expect(await unguarded()).toEqual([]);
    await admin.query("CREATE TABLE forgotten (id int)");
    expect(await unguarded()).toEqual(["forgotten"]);
    await admin.query("ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    await admin.query("GRANT SELECT ON forgotten TO tillit_web");
    await admin.query("CREATE POLICY owner_all ON forgotten TO tillit_owner USING (true)");
    expect(await unguarded()).toEqual(["forgotten"]);
    await admin.query("DROP TABLE forgotten");
  });

  it("let the web write no list, receipt or evidence, and the worker decide nothing", async () => {
    const refused = async (url: string, table: string): Promise<boolean> => {
      const client = new pg.Client(url);
      await client.connect();
      const { rows: answer } = await client.query("SELECT has_table_privilege($1, 'INSERT') AS may", [table]);
      await client.end();
      return answer[0].may === false;
    };
    for (const table of ["signed_document", "list_head", "list_plan", "evidence", "receipt"])
      expect(await refused(database.webUrl, table)).toBe(true);
    for (const table of ["list_release", "approval_rule", "trust_group_act", "membership", "session"])
      expect(await refused(database.workerUrl, table)).toBe(true);
  });

  it("refuse the owner and a superuser as web or worker", async () => {
    expect(await roleFault(database.webUrl)).toBeUndefined();
    expect(await roleFault(database.workerUrl)).toBeUndefined();
    expect(await roleFault(database.ownerUrl)).toMatch(/owns/);
    expect(await roleFault(database.adminUrl)).toMatch(/superuser/);
  });
});

describe("a wake-up", () => {
  const waiting = async (id: string): Promise<number> =>
    (await admin.query("SELECT FROM pgboss.job WHERE name = 'reconcile' AND data->>'homeserverId' = $1", [id]))
      .rowCount ?? 0;

  it("is there when its transaction has committed, and not when it was refused", async () => {
    const actor = somebody();
    const [kept, undone] = [idOf("hs", newId()), idOf("hs", newId())];
    await inTransaction(actor, async (tx) => {
      await wakeReconciler(tx, [kept], "t");
      return ok(kept);
    });
    await inTransaction(actor, async (tx) => {
      await wakeReconciler(tx, [undone], "t");
      return err(refusal("not_permitted"));
    });
    expect([await waiting(kept), await waiting(undone)]).toEqual([1, 0]);
  });

  it("is never dropped for one that waits already", async () => {
    const id = idOf("hs", newId());
    for (let count = 0; count < 3; count += 1)
      await inTransaction(somebody(), async (tx) => {
        await wakeReconciler(tx, [id], "t");
        return ok(id);
      });
    expect(await waiting(id)).toBe(3);
  });
});
