import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GiveCredential, SetPoint } from "#lib/contracts/enforcement.ts";
import { db } from "#lib/data/client.ts";
import { listCredentials, storeSealingKey, storeTest } from "#lib/data/credentials.ts";
import { getPoint } from "#lib/data/points.ts";
import { asWorker } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { credentialContext } from "#lib/domain/enforcement.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { newSealingKeyPair, unseal } from "#lib/platform/sealing.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { giveCredential, insistOnCredential, readEnforcement, removeCredential } from "./credentials.ts";
import { decideChange } from "./decide-change.ts";
import { setPoint } from "./set-point.ts";

const SECRET = "syt_YWRtaW4_neverToBeSeenAgain_1x2y3z";
const URL_OF = "https://matrix.sv.example";
const pair = newSealingKeyPair();

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
const bare = <P extends "chg" | "crd">(prefix: P, id: string | null | undefined) => {
  const read = parsePublicId(prefix, id ?? "");
  if (!read.ok) throw new Error(String(id));
  return read.value;
};
const given = GiveCredential.parse({ fields: { adminToken: SECRET } });

const publishKey = () =>
  asWorker(async (tx) => ok(await storeSealingKey(tx, { keyId: "x25519:test", publicKey: pair.publicKey }, 1)));

/** A server driven by Element's interface, as two people of its agency have decided. */
const essServer = async (name: string) => {
  const agency = await seedAgency(name, `chat.${name.toLowerCase()}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: agency.id });
  const approver = await seedPerson("Bo", { role: "approver", agency: agency.id });
  const id = agency.server;
  const chosen = value(
    await setPoint(administrator, { id, ...SetPoint.parse({ kind: "element_ess", baseUrl: URL_OF }) }),
  );
  value(await decideChange(approver, { id: bare("chg", chosen.proposed), decision: "approve" }));
  return { id, agency: agency.id, administrator, approver };
};

const tested = (actor: Actor, id: Parameters<typeof readEnforcement>[1]["id"], code: string) =>
  asWorker(async (tx) => {
    const candidate = (await listCredentials(tx, id)).find(({ state }) => state === "testing");
    if (candidate === undefined) throw new Error("nothing on trial");
    return ok(await storeTest(tx, candidate.id, { code, at: 2 }));
  }).then(() => readEnforcement(actor, { id }));

/** Every row of every table as text, as a dump would hold it. */
const everything = async (): Promise<string> => {
  const client = new pg.Client(database.adminUrl);
  await client.connect();
  const tables = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const rows = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    texts.push(...rows.rows.map(({ text }) => text));
  }
  await client.end();
  return texts.join("\n");
};

test("a choice of interface waits for the agency's other approver, and no credential is taken before it", async () => {
  await publishKey();
  const agency = await seedAgency("Väljarverket", "chat.valj.example");
  const id = agency.server;
  const administrator = await seedPerson(
    "Astrid",
    { role: "administrator", agency: agency.id },
    { role: "approver", agency: agency.id },
  );
  const approver = await seedPerson("Bo", { role: "approver", agency: agency.id });
  const choice = { id, kind: "element_ess" as const, baseUrl: URL_OF };
  expect(codeOf(await setPoint(approver, choice))).toBe("not_permitted");
  expect(codeOf(await setPoint(administrator, { ...choice, baseUrl: null }))).toBe("base_url_required");
  expect(codeOf(await giveCredential(administrator, { id, ...given }))).toBe("credential_not_needed");
  const proposed = value(await setPoint(administrator, choice));
  expect([proposed.kind, proposed.baseUrl]).toEqual([null, null]);
  const change = bare("chg", proposed.proposed);
  expect(codeOf(await setPoint(administrator, choice))).toBe("change_waits");
  expect(codeOf(await decideChange(administrator, { id: change, decision: "approve" }))).toBe("own_change");
  value(await decideChange(approver, { id: change, decision: "approve" }));
  const after = value(await readEnforcement(administrator, { id }));
  expect([after.kind, after.baseUrl, after.needs, after.proposed]).toEqual([
    "element_ess",
    URL_OF,
    ["adminToken"],
    null,
  ]);
});

test("an address is https, without user or query, or is refused", () => {
  for (const baseUrl of ["http://a.example", "https://u:p@a.example", "https://a.example/?q=1", "ftp://a.example", "a"])
    expect(SetPoint.safeParse({ kind: "element_ess", baseUrl }).success, baseUrl).toBe(false);
  expect(SetPoint.parse({ kind: "element_ess", baseUrl: "https://A.example/x/" }).baseUrl).toBe("https://a.example/x");
});

test("a secret that could end a header and begin another is refused", () => {
  for (const secret of ["a\r\nX-Other: 1", "with space", "é", "", "a\u0000b"])
    expect(GiveCredential.safeParse({ fields: { adminToken: secret } }).success, JSON.stringify(secret)).toBe(false);
  expect(GiveCredential.safeParse({ fields: { password: "x" } }).success).toBe(false);
});

test("a credential is sealed where it is given: no table, answer or log row holds it, and the web cannot read it", async () => {
  await publishKey();
  const { id, administrator, agency } = await essServer("Sealverket");
  const answer = value(await giveCredential(administrator, { id, ...given }));
  expect(answer.candidate).toMatchObject({ state: "testing", fields: ["adminToken"], testedAt: null });
  expect(answer.active).toBeNull();
  expect(JSON.stringify(answer)).not.toContain(SECRET);
  const dump = await everything();
  expect(dump).toContain("credential.given");
  expect(dump).not.toContain(SECRET);
  expect(dump).not.toContain(Buffer.from(SECRET).toString("base64").slice(0, 20));
  await expect(db("web").$queryRawUnsafe(`SELECT sealed FROM credential`)).rejects.toThrow(/permission denied/);

  const [row] = await db("owner").$queryRawUnsafe<{ sealed: Record<string, string> }[]>(
    `SELECT sealed FROM credential WHERE homeserver_id = $1::uuid`,
    id,
  );
  const point = await asWorker(async (tx) => ok(await getPoint(tx, id)));
  const place = {
    agency: String(agency),
    homeserver: String(id),
    point: value(point)?.id ?? "",
    kind: "element_ess",
    baseUrl: URL_OF,
    field: "adminToken",
  };
  const opens = (elsewhere: Partial<typeof place>) =>
    unseal(pair.privateKey, credentialContext({ ...place, ...elsewhere }), row?.sealed["adminToken"] ?? "");
  expect(opens({})).toEqual({ ok: true, value: SECRET });
  for (const elsewhere of [
    { agency: "other" },
    { homeserver: "other" },
    { point: "other" },
    { kind: "rocketchat" },
    { baseUrl: "https://evil.example" },
    { field: "authToken" },
  ])
    expect(opens(elsewhere), JSON.stringify(elsewhere)).toEqual({ ok: false, error: "sealed_elsewhere" });
});

test("nothing is in use before its test passed or a person insisted, and what it replaces is erased", async () => {
  await publishKey();
  const { id, administrator, approver } = await essServer("Trialverket");
  expect(codeOf(await giveCredential(approver, { id, ...given }))).toBe("not_permitted");
  expect(codeOf(await insistOnCredential(administrator, { id }))).toBe("credential_not_on_trial");
  value(await giveCredential(administrator, { id, ...given }));
  expect(codeOf(await insistOnCredential(administrator, { id }))).toBe("credential_not_on_trial");
  const refused = value(await tested(administrator, id, "credential_refused"));
  expect([refused.active, refused.candidate?.state, refused.candidate?.testCode]).toEqual([
    null,
    "failed",
    "credential_refused",
  ]);
  const insisted = value(await insistOnCredential(administrator, { id }));
  expect([insisted.active?.insisted, insisted.candidate]).toEqual([true, null]);

  value(await giveCredential(administrator, { id, ...given }));
  const both = value(await readEnforcement(administrator, { id }));
  expect(both.active?.id).toBe(insisted.active?.id);
  const passed = value(await tested(administrator, id, "passed"));
  expect([passed.active?.insisted, passed.active?.testCode, passed.candidate]).toEqual([false, "passed", null]);
  expect(passed.active?.id).not.toBe(insisted.active?.id);
  const left = await db("owner").$queryRawUnsafe<unknown[]>(
    `SELECT 1 FROM credential WHERE homeserver_id = $1::uuid`,
    id,
  );
  expect(left).toHaveLength(1);

  const credential = bare("crd", passed.active?.id);
  expect(codeOf(await removeCredential(approver, { id, credential }))).toBe("not_permitted");
  expect(value(await removeCredential(administrator, { id, credential })).active).toBeNull();
  const kinds = await db("owner").$queryRawUnsafe<{ kind: string }[]>(
    `SELECT kind FROM audit WHERE subject = 'hs_' || $1 AND kind LIKE 'credential.%' AND outcome = 'done' ORDER BY seq`,
    id,
  );
  expect(kinds.map(({ kind }) => kind)).toEqual([
    "credential.given",
    "credential.insisted",
    "credential.given",
    "credential.removed",
  ]);
});

test("the web cannot make a credential active that was neither passed nor insisted on, nor one for another agency", async () => {
  await publishKey();
  const { id, administrator } = await essServer("Radverket");
  const stranger = await seedPerson("Zack", {
    role: "administrator",
    agency: (await seedAgency("Främlingsverket")).id,
  });
  value(await giveCredential(administrator, { id, ...given }));
  expect(codeOf(await readEnforcement(stranger, { id }))).toBe("not_permitted");
  expect(codeOf(await giveCredential(stranger, { id, ...given }))).toBe("not_permitted");
  const act = (actor: Actor, statement: string) =>
    db("web").$transaction(async (tx) => {
      const agencies = actor.memberships.flatMap((held) => ("agency" in held ? [held.agency] : [])).join(",");
      for (const name of ["agency_ids", "acting_ids", "administrator_ids"])
        await tx.$executeRawUnsafe(`SELECT set_config('app.${name}', $1, true)`, agencies);
      await tx.$executeRawUnsafe(`SELECT set_config('app.person_id', $1, true)`, actor.person);
      return tx.$executeRawUnsafe(statement);
    });
  expect(await act(stranger, `DELETE FROM credential`)).toBe(0);
  expect(await act(stranger, `UPDATE credential SET state = 'failed', insisted = true`)).toBe(0);
  await expect(act(administrator, `UPDATE credential SET state = 'active', active_since = 1`)).rejects.toThrow();
  await expect(act(administrator, `UPDATE credential SET test_code = 'passed'`)).rejects.toThrow(/permission denied/);
});

test("another address erases the credential: it was for the one before", async () => {
  await publishKey();
  const { id, administrator, approver } = await essServer("Flyttverket");
  value(await giveCredential(administrator, { id, ...given }));
  value(await tested(administrator, id, "passed"));
  const moved = value(await setPoint(administrator, { id, kind: "element_ess", baseUrl: "https://other.example" }));
  expect(moved.active).not.toBeNull();
  value(await decideChange(approver, { id: bare("chg", moved.proposed), decision: "approve" }));
  const after = value(await readEnforcement(administrator, { id }));
  expect([after.baseUrl, after.active]).toEqual(["https://other.example", null]);
});
