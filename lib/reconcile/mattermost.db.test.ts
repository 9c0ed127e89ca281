import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { BRIDGE_SECRET, MATTERMOST_TOKEN, startMattermost } from "#lib/connectors/mattermost/simulator.ts";
import { credentialContext } from "#lib/domain/enforcement.ts";
import { type Http, type HttpClient, newHttp } from "#lib/platform/http.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { newSealingKeyPair, seal } from "#lib/platform/sealing.ts";
import { TEST_CERTIFICATE } from "#lib/platform/test-certificate.ts";
import { testCandidate } from "./credentials.ts";
import { lookForHomeserver } from "./discover.ts";
import { type RoundDeps, reconcileHomeserver } from "./homeserver.ts";
import { newReach } from "./reach.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type Sql, type World } from "./world.fixture.ts";

const BASE = "https://mm.example";
const sealing = { keyId: "x25519:mm", ...newSealingKeyPair() };

let server: Awaited<ReturnType<typeof startMattermost>>;
let client: HttpClient;
let sql: Sql;
let world: World;
let mattermost: Member;
let deps: RoundDeps;

beforeAll(async () => {
  server = await startMattermost();
  client = newHttp({ allowPrivateAddresses: true });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

beforeEach(async () => {
  await server.be({});
  sql = await ownTables();
  world = await newWorld(sql);
  mattermost = await world.addServer("mm");
  const http: Http = (url, request = {}) =>
    client.fetch(url.replace(BASE, server.url), { ...request, ca: TEST_CERTIFICATE });
  const reach = newReach(http, world.clock, sealing);
  deps = { http, reach, clock: world.clock, keys: world.keys, random: () => 0.5 };
  await sql(`UPDATE homeserver SET platform = 'mattermost' WHERE id = $1`, [mattermost.id]);
  await sql(`UPDATE enforcement_point SET kind = 'mattermost', base_url = $2 WHERE homeserver_id = $1`, [
    mattermost.id,
    BASE,
  ]);
  await sql(`INSERT INTO sealing_key VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, [sealing.keyId, sealing.publicKey]);
});

const give = async (secret: string) => {
  const { id: homeserver, agency } = mattermost;
  const [row] = await sql(`SELECT id::text AS id FROM enforcement_point WHERE homeserver_id = $1`, [homeserver]);
  const point = String(row?.["id"]);
  const context = credentialContext({
    agency,
    homeserver,
    point,
    kind: "mattermost",
    baseUrl: BASE,
    field: "accessToken",
  });
  const sealed = JSON.stringify({ accessToken: seal(sealing.publicKey, context, secret) });
  await sql(
    `INSERT INTO credential (id, agency_id, homeserver_id, enforcement_point_id, kind, field_names, sealed, key_id, state,
       given_by, given_at) VALUES ($1, $2, $3, $4, 'mattermost', '{accessToken}', $5, $6, 'testing', $7, 1)`,
    [newId(), agency, homeserver, point, sealed, sealing.keyId, newId()],
  );
};
const ask = () => ({ homeserver: mattermost.id, traceId: newTraceId(), signal: AbortSignal.timeout(20_000) });
const look = () => lookForHomeserver({ ...deps, signal: ask().signal }, mattermost.id);
const stored = async () => {
  const [row] = await sql(
    `SELECT p.watched, p.watched_code AS code, h.software, h.software_version AS version FROM enforcement_point p
     JOIN homeserver h ON h.id = p.homeserver_id WHERE p.homeserver_id = $1`,
    [mattermost.id],
  );
  return row;
};

test("a Mattermost is watched with its credential, and what was seen is stored without the bridge's secrets", async () => {
  await give(MATTERMOST_TOKEN);
  expect(await testCandidate(deps, ask())).toBe(true);
  await look();
  const row = await stored();
  expect(row).toMatchObject({
    code: "passed",
    software: "Mattermost",
    version: "11.9.0",
    watched: { version: "11.9.0", bridge: "running", sync: true, server: "chat.behind.example" },
  });
  expect(JSON.stringify(row)).not.toContain(BRIDGE_SECRET);
});

test("a Mattermost is never sent a list: it is not driven, and says why", async () => {
  await give(MATTERMOST_TOKEN);
  await testCandidate(deps, ask());
  expect((await reconcileHomeserver(deps, ask())).status).toBe("not_connected");
  const [head] = await sql(`SELECT version, status_detail->>'code' AS code FROM list_head WHERE homeserver_id = $1`, [
    mattermost.id,
  ]);
  expect(head).toEqual({ version: 0, code: "behind_a_bridge" });
});

test("a token that is refused keeps what was seen before, and tells why nothing newer is", async () => {
  await give("wrong");
  expect(await testCandidate(deps, ask())).toBe(false);
  await sql(`DELETE FROM credential WHERE homeserver_id = $1`, [mattermost.id]);
  await give(MATTERMOST_TOKEN);
  await testCandidate(deps, ask());
  await look();
  await server.be({ permitted: false, plugins: "without_bridge" });
  await look();
  expect(await stored()).toMatchObject({ code: "permission_missing", watched: { bridge: "running" } });
  await server.be({ plugins: "without_bridge" });
  await look();
  expect(await stored()).toMatchObject({ code: "passed", watched: { bridge: "absent" } });
});
