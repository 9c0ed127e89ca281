import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ESS_TOKEN, type EssProcess, startEss } from "#lib/connectors/element-ess/subject.ts";
import { PLACEHOLDER } from "#lib/connectors/element-ess/wire.ts";
import { credentialContext } from "#lib/domain/enforcement.ts";
import type { Http } from "#lib/platform/http.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { newLog } from "#lib/platform/log.ts";
import { newSealingKeyPair, seal } from "#lib/platform/sealing.ts";
import { TEST_CERTIFICATE } from "#lib/platform/test-certificate.ts";
import { testCandidate } from "./credentials.ts";
import { type RoundDeps, reconcileHomeserver } from "./homeserver.ts";
import { newReach } from "./reach.ts";
import { agreementOf, decided } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type Sql, type World } from "./world.fixture.ts";

/** Each test its own address: a worker sweeps the servers of the tests before it too. */
let base: string;
const sealing = { keyId: "x25519:ess", ...newSealingKeyPair() };

let sql: Sql;
let world: World;
let ess: EssProcess;
let home: Member;
let partner: Member;
let deps: RoundDeps;
let asked: string[];

/** Calls for the server of the suite go over TLS to its own process; all others to the simulated world. */
const overTheWire =
  (server: string): Http =>
  async (url, request = {}) => {
    const { hostname, pathname, search } = new URL(url);
    if (hostname !== server && hostname !== new URL(base).hostname) return world.http(url, request);
    asked.push(`${request.method ?? "GET"} ${hostname}${pathname}`);
    const { resolveTo: _, ...rest } = request;
    return ess.http.fetch(`https://127.0.0.1:${ess.port}${pathname}${search}`, { ...rest, ca: TEST_CERTIFICATE });
  };

const give = async (secret: string, baseUrl = base): Promise<string> => {
  const [point] = await sql(`SELECT id::text AS id FROM enforcement_point WHERE homeserver_id = $1`, [home.id]);
  const place = {
    agency: home.agency,
    homeserver: home.id,
    point: String(point?.["id"]),
    kind: "element_ess",
    baseUrl,
  };
  const sealed = seal(sealing.publicKey, credentialContext({ ...place, field: "adminToken" }), secret);
  const id = newId();
  await sql(`DELETE FROM credential WHERE homeserver_id = $1 AND state <> 'active'`, [home.id]);
  await sql(
    `INSERT INTO credential (id, agency_id, homeserver_id, enforcement_point_id, kind, field_names, sealed, key_id, state,
       given_by, given_at) VALUES ($1, $2, $3, $4, 'element_ess', '{adminToken}', $5, $6, 'testing', $7, 1)`,
    [id, home.agency, home.id, place.point, JSON.stringify({ adminToken: sealed }), sealing.keyId, newId()],
  );
  return id;
};

const ask = (member: Member = home) => ({
  homeserver: member.id,
  traceId: newTraceId(),
  signal: AbortSignal.timeout(30_000),
});
const round = (member: Member = home) => reconcileHomeserver(deps, ask(member));
const tryIt = () => testCandidate(deps, ask());
const credentials = () =>
  sql(`SELECT state, test_code, last_use_code FROM credential WHERE homeserver_id = $1 ORDER BY given_at`, [home.id]);
const standing = async (): Promise<string> => {
  const [row] = await sql(`SELECT status, status_detail->>'code' AS code FROM list_head WHERE homeserver_id = $1`, [
    home.id,
  ]);
  return `${String(row?.["status"])} ${String(row?.["code"])}`;
};

beforeEach(async () => {
  sql = await ownTables();
  world = await newWorld(sql);
  [home, partner] = [await world.addServer("ess"), await world.addServer("syn")];
  ess = await startEss();
  asked = [];
  base = `https://${newId()}.example`;
  await sql(`UPDATE homeserver SET platform = 'element_ess' WHERE id = $1`, [home.id]);
  await sql(`UPDATE enforcement_point SET kind = 'element_ess', base_url = $2 WHERE homeserver_id = $1`, [
    home.id,
    base,
  ]);
  await sql(`INSERT INTO sealing_key VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, [sealing.keyId, sealing.publicKey]);
  const http = overTheWire(home.name);
  deps = {
    http,
    reach: newReach(http, world.clock, sealing),
    clock: world.clock,
    keys: world.keys,
    random: () => 0.5,
  };
});
afterEach(() => ess.stop());

/** A server of the suite whose credential was let in, and one agreement in force on it. */
const inForce = async () => {
  await give(ESS_TOKEN);
  expect(await tryIt()).toBe(true);
  const agreement = await world.agree(agreementOf(home.name, partner.name), home, partner);
  await round(partner);
  expect((await round()).status).toBe("in_force");
  return agreement;
};

describe("a server of Element's suite", () => {
  test("is not called before it has a credential, which is tried and only then used", async () => {
    const before = await round();
    expect([before.status, before.testDue, await standing(), asked]).toEqual([
      "not_connected",
      false,
      "not_connected credential_missing",
      [],
    ]);
    await give("wrong");
    expect((await round()).testDue).toBe(true);
    expect(await tryIt()).toBe(false);
    expect(await credentials()).toMatchObject([{ state: "failed", test_code: "credential_refused" }]);
    expect((await round()).status).toBe("not_connected");
    await inForce();
    expect(await credentials()).toMatchObject([{ state: "active", test_code: "passed", last_use_code: "passed" }]);
    expect((await ess.report()).entries.toSorted()).toEqual([PLACEHOLDER, String(partner.name)].toSorted());
  });

  test("is brought from request to revocation, each side seen shut from outside, and a second round writes nothing", async () => {
    const agreement = await inForce();
    const { writes } = await ess.report();
    const again = await round();
    expect([again.status, again.sent, (await ess.report()).writes]).toEqual(["in_force", 0, writes]);
    await world.decide(decided(agreement, "revoke"), "revoke");
    expect((await round()).status).toBe("shut");
    expect(await ess.lets(partner.name)).toBe(false);
    expect((await ess.report()).entries).toEqual([PLACEHOLDER]);
  });

  test("keeps the credential in use while a new one fails, and erases it once the new one passed", async () => {
    await inForce();
    await give("wrong");
    expect(await tryIt()).toBe(false);
    expect((await round()).status).toBe("in_force");
    expect((await credentials()).map(({ state }) => state).toSorted()).toEqual(["active", "failed"]);
    await give(ESS_TOKEN);
    expect(await tryIt()).toBe(true);
    expect(await credentials()).toMatchObject([{ state: "active", test_code: "passed" }]);
    expect((await round()).status).toBe("in_force");
  });

  test("never has its token sent to an address for which it was not sealed, whoever changes the address", async () => {
    await inForce();
    await sql(`UPDATE enforcement_point SET base_url = 'https://evil.example' WHERE homeserver_id = $1`, [home.id]);
    asked = [];
    expect((await round()).status).toBe("not_connected");
    expect([await standing(), asked.filter((call) => call.includes("io.element"))]).toEqual([
      "not_connected credential_unreadable",
      [],
    ]);
    await sql(`UPDATE enforcement_point SET base_url = $2 WHERE homeserver_id = $1`, [home.id, base]);
    expect((await round()).status).toBe("in_force");
    await give(ESS_TOKEN, "https://other.example");
    expect(await tryIt()).toBe(false);
    expect((await credentials()).map(({ test_code }) => test_code)).toContain("credential_unreadable");
  });

  test("with a name too many is found and mended in one round; with a pattern it is open, an alarm, and mended", async () => {
    await inForce();
    await ess.edit([PLACEHOLDER, partner.name, "stranger.example"]);
    expect((await round()).status).toBe("in_force");
    expect(await ess.lets("stranger.example")).toBe(false);
    await ess.edit([PLACEHOLDER, partner.name, "*.example"]);
    expect((await round()).status).toBe("in_force");
    expect((await ess.report()).entries).not.toContain("*.example");
    await ess.trouble({ absent: true });
    expect((await round()).status).toBe("open_alarm");
    const kinds = await sql(
      `SELECT kind FROM audit WHERE subject = 'hs_' || $1 AND kind IN ('alarm.open', 'drift.found')`,
      [home.id],
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["drift.found", "alarm.open"]));
  });

  test("whose own people took a name off is not overruled: shut locally, even when another name is added", async () => {
    await inForce();
    await ess.edit([PLACEHOLDER]);
    expect((await round()).status).toBe("shut_locally");
    const third = await world.addServer("third");
    await world.agree(agreementOf(home.name, third.name), home, third);
    await round();
    await round();
    expect((await ess.report()).entries.toSorted()).toEqual([PLACEHOLDER, String(third.name)].toSorted());
  });
});

describe("the credential or the server at fault", () => {
  const cases = [
    ["expired", { token: "expired", echoes: true }, "differs credential_expired"],
    ["without the permission", { token: "not_admin" }, "differs permission_missing"],
  ] as const;
  test.for(cases)("%s: one state that says so, no door moved, mended by itself", async ([, trouble, said]) => {
    await inForce();
    await ess.trouble(trouble);
    await round();
    expect(await standing()).toBe(said);
    expect(await ess.lets(partner.name)).toBe(true);
    expect(await ess.lets("stranger.example")).toBe(false);
    expect(await credentials()).toMatchObject([{ last_use_code: said.split(" ")[1] }]);
    await ess.trouble({});
    expect((await round()).status).toBe("in_force");
  });

  test("repeated by the server in its refusal, the token reaches no table and no log line", async () => {
    await inForce();
    await ess.trouble({ token: "expired", echoes: true });
    const lines: string[] = [];
    const told = newLog({ write: (line) => void lines.push(line) }, "debug");
    told.info({ result: await round() }, "round");
    const [detail] = await sql(`SELECT status_detail::text AS text FROM list_head WHERE homeserver_id = $1`, [home.id]);
    expect(String(detail?.["text"])).toContain("Access token has expired");
    const tables = await sql(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
    const texts: string[] = [...lines];
    for (const { name } of tables) {
      const rows = await sql(`SELECT t::text AS text FROM "${String(name)}" t`);
      texts.push(...rows.map(({ text }) => String(text)));
    }
    expect(texts.join("\n")).toContain("credential");
    expect(texts.join("\n")).not.toContain(ESS_TOKEN);
  });

  test("answers 200 and does nothing: differs, never in force", async () => {
    await give(ESS_TOKEN);
    await tryIt();
    await ess.edit([PLACEHOLDER]);
    await ess.trouble({ lies: true });
    await world.agree(agreementOf(home.name, partner.name), home, partner);
    await round();
    expect(await standing()).toBe("differs not_applied");
    await ess.trouble({});
    expect((await round()).status).toBe("in_force");
  });

  test("half the list applied: the fault is told, no door too many, and the next round finishes it", async () => {
    await give(ESS_TOKEN);
    await tryIt();
    for (let at = 0; at < 3; at += 1) {
      const other = await world.addServer(`p${at}`);
      await world.agree(agreementOf(home.name, other.name), home, other);
    }
    await ess.trouble({ writesLeft: 1 });
    const first = await round();
    expect([first.failed, await standing()]).toEqual([true, expect.stringContaining("server_error")]);
    expect((await ess.report()).entries).toEqual([PLACEHOLDER]);
    await ess.trouble({});
    const next = await round();
    expect((await ess.report()).entries).toHaveLength(4);
    expect(next.failed).toBe(false);
  });
});
