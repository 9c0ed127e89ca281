import { mkdtemp, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { lockHead } from "#lib/data/lists.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { ok } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newHttp } from "#lib/platform/http.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { publicHalf } from "#lib/platform/signed-json.ts";
import { lookForHomeserver } from "#lib/reconcile/discover.ts";
import { newReach } from "#lib/reconcile/reach.ts";
import { ownTables } from "#lib/reconcile/tables.fixture.ts";
import { startWorker } from "#lib/reconcile/worker.ts";
import type { Sql } from "#lib/reconcile/world.fixture.ts";
import { type Authority, createAuthority } from "./ca.ts";
import {
  keysDocument,
  type Listening,
  listenAs,
  newSigningKeys,
  scripted,
  sendJson,
  serverKey,
} from "./discovery.fixture.ts";
import { addServer, type Override, putAgreement, putFederation } from "./federation.fixture.ts";
import { type NameProxy, startNameProxy } from "./name-proxy.ts";
import { startSynapse } from "./synapse.ts";

const FEDERATION = "discovery.tillit.example";
const python = join(import.meta.dirname, "../.tillit/venv/bin/python");
const host = (label: string): string => `${label}.found.example`;
const LABELS =
  "live delegated hosted rotating changing partner closed good wrongly other redirecting html endless slow lured broken real".split(
    " ",
  );

let folder: string;
let ca: Authority;
let proxy: NameProxy;
let sql: Sql;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  setLogLevel("silent");
  folder = await mkdtemp(join(tmpdir(), "tillit-discovery-"));
  ca = await createAuthority(join(folder, "ca"), python, LABELS.map(host));
  proxy = await startNameProxy();
  sql = await ownTables();
  await putFederation(sql, FEDERATION);
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(async () => {
  await proxy.close();
  await rm(folder, { recursive: true });
});

const serve = async (label: string, handler: RequestListener, certificateOf = label): Promise<Listening> => {
  const listening = await listenAs(ca, host(certificateOf), handler);
  ends.push(listening.close);
  proxy.map(host(label), listening.port);
  return listening;
};

const add = (name: string, override?: Override) => addServer(sql, name, override);

const throughProxy = (allowPrivateAddresses = false) => {
  const made = newHttp({ allowPrivateAddresses, proxy: proxy.url, extraCa: ca.certFile });
  ends.push(made.close);
  return made.fetch;
};

const look = async (id: string, http = throughProxy()) => {
  // The round that finds a look due has taken the server's place in the lists before.
  await asWorker(async (tx) => ok(await lockHead(tx, id)));
  return lookForHomeserver(
    { http, reach: newReach(http, systemClock), clock: systemClock, signal: new AbortController().signal },
    id,
  );
};

type Step = { readonly state: string; readonly code: unknown; readonly fix: unknown; readonly detail: object };

const steps = async (id: string): Promise<Readonly<Record<string, Step>>> => {
  const rows = await sql(`SELECT step, state, detail, fix_code FROM discovery_step WHERE homeserver_id = $1`, [id]);
  return Object.fromEntries(
    rows.map(({ step, state, detail, fix_code }) => [
      String(step),
      { state: String(state), code: Object(detail).code, fix: fix_code, detail: Object(detail) },
    ]),
  );
};
const states = async (id: string) =>
  Object.fromEntries(Object.entries(await steps(id)).map(([step, { state }]) => [step, state]));
const server = async (id: string) => (await sql(`SELECT * FROM homeserver WHERE id = $1`, [id]))[0];
const pinned = async (id: string) =>
  Object.fromEntries(
    (await sql(`SELECT key_id, key FROM homeserver_key WHERE homeserver_id = $1 AND superseded_at IS NULL`, [id])).map(
      ({ key_id, key }) => [key_id, key],
    ),
  );
const audited = async (id: string) =>
  (await sql(`SELECT kind FROM audit WHERE subject = $1 ORDER BY seq`, [`hs_${id}`])).map(({ kind }) => kind);

const WELL_KNOWN = "/.well-known/matrix/server";
const KEYS = "/_matrix/key/v2/server";
const VERSION = "/_matrix/federation/v1/version";

test("the steps appear one by one while the server is still being asked, each with its result", async () => {
  const [asked, delegated] = [host("live"), host("delegated")];
  const there = scripted(keysDocument(asked, [serverKey("one")]));
  const front = scripted({});
  front.wellKnown = { "m.server": `${delegated}:8448` };
  await serve("live", front.handler);
  await serve("delegated", there.handler);
  const gate = (held: typeof there, path: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.holds.set(path, promise);
    return resolve;
  };
  const [foundWhere, toldKeys, toldVersion] = [gate(front, WELL_KNOWN), gate(there, KEYS), gate(there, VERSION)];
  const { id } = await add(asked);
  const looking = look(id);
  const shows = (expected: object) => vi.waitFor(async () => expect(await states(id)).toEqual(expected), 5_000);
  const begun = { name: "pass", address: "running", tls: "running", version: "running", keys: "running" };
  await shows(begun);
  foundWhere();
  await shows({ ...begun, well_known: "pass" });
  expect((await steps(id))["well_known"]?.detail).toMatchObject({ found: "yes", server: `${delegated}:8448` });
  toldKeys();
  await shows({ ...begun, well_known: "pass", address: "pass", tls: "pass", keys: "pass" });
  toldVersion();
  await looking;
  expect(Object.values(await states(id))).toEqual(Array.from({ length: 6 }, () => "pass"));
  expect((await steps(id))["address"]?.detail).toMatchObject({ host: delegated, port: 8448 });
});

test("a real Synapse is found by its own well-known, its version read, its self-signed key pinned and logged", async () => {
  const name = host("real");
  const synapse = await startSynapse({
    serverName: name,
    dir: join(folder, "real"),
    ca,
    python,
    proxyUrl: proxy.url,
  });
  ends.push(synapse.stop);
  proxy.map(name, synapse.port);
  const { id } = await add(name);
  expect(await look(id)).toEqual({ changed: true, held: [] });
  expect(await steps(id)).toMatchObject({
    well_known: { state: "pass", detail: { found: "yes", server: `${name}:443` } },
    address: { state: "pass", detail: { host: name, port: 443 } },
    tls: { state: "pass" },
    version: { state: "pass", detail: { name: "Synapse" } },
    keys: { state: "pass", detail: { key_ids: [synapse.keyId] } },
  });
  expect(Object.keys(await pinned(id))).toEqual([synapse.keyId]);
  expect(await server(id)).toMatchObject({ identity_state: "pinned", software: "Synapse" });
  expect(await sql(`SELECT kind FROM enforcement_point WHERE homeserver_id = $1`, [id])).toHaveLength(1);
  expect(await audited(id)).toEqual(["homeserver.keys_pinned"]);
  expect(await look(id)).toEqual({ changed: false, held: [] });
  expect(await audited(id)).toHaveLength(1);
});

test("a new key that the old one signed is a rotation: pinned at once, the old one superseded, nothing held", async () => {
  const name = host("rotating");
  const [old, next] = [serverKey("old"), serverKey("new")];
  const there = scripted(keysDocument(name, [old]));
  await serve("rotating", there.handler);
  const { id } = await add(`${name}:8448`);
  there.document = keysDocument(`${name}:8448`, [old]);
  await look(id);
  there.document = keysDocument(`${name}:8448`, [next], [next, old]);
  expect(await look(id)).toEqual({ changed: true, held: [] });
  expect(await pinned(id)).toEqual({ "ed25519:new": publicHalf(next.privateKey) });
  expect(await server(id)).toMatchObject({ identity_state: "pinned" });
  expect(await audited(id)).toEqual(["homeserver.keys_pinned", "homeserver.keys_pinned"]);
});

const startAll = async (http = throughProxy()) => {
  const worker = await startWorker({
    databaseUrl: process.env["DATABASE_URL_WORKER"] ?? "",
    keys: newSigningKeys(FEDERATION),
    http,
    clock: systemClock,
    sweepSeconds: 1,
  });
  ends.push(() => worker.stop(100));
};

const listed = async (id: string): Promise<readonly string[] | undefined> => {
  const [newest] = await sql(
    `SELECT bytes FROM signed_document WHERE homeserver_id = $1 AND kind = 'list' ORDER BY epoch DESC, version DESC LIMIT 1`,
    [id],
  );
  return newest === undefined
    ? undefined
    : JSON.parse(String(newest["bytes"])).allow.map(({ server: name }: { server: string }) => name);
};

test("a new key that no pinned one signed changes nothing but the standing: both doors are taken off the lists, the agency is asked, and the old key stays pinned", async () => {
  const [name, other] = [`${host("changing")}:8448`, `${host("partner")}:8448`];
  const [old, foreign] = [serverKey("old"), serverKey("foreign")];
  const there = scripted(keysDocument(name, [old]));
  await serve("changing", there.handler);
  await serve("partner", scripted(keysDocument(other, [serverKey("one")])).handler);
  const home = { ...(await add(name)), name };
  const partner = { ...(await add(other)), name: other };
  const agreement = await putAgreement(sql, FEDERATION, home, partner);
  await look(home.id);
  await look(partner.id);
  await startAll();
  await vi.waitFor(async () => expect([await listed(home.id), await listed(partner.id)]).toEqual([[other], [name]]), {
    timeout: 10_000,
  });
  there.document = keysDocument(name, [foreign]);
  // As when a person asks for a look.
  await sql(`UPDATE homeserver SET looked_at = NULL WHERE id = $1`, [home.id]);
  await vi.waitFor(async () => expect([await listed(home.id), await listed(partner.id)]).toEqual([[], []]), {
    timeout: 10_000,
  });
  expect(await server(home.id)).toMatchObject({ identity_state: "changed" });
  expect(await pinned(home.id)).toEqual({ "ed25519:old": publicHalf(old.privateKey) });
  const held = await sql(`SELECT kind, side FROM decision WHERE agreement_id = $1 AND kind = 'hold'`, [agreement]);
  expect(held).toEqual([{ kind: "hold", side: "home" }]);
  const asked = await sql(`SELECT kind, state, after FROM change_proposal WHERE homeserver_id = $1`, [home.id]);
  expect(asked).toEqual([
    {
      kind: "pinned_keys",
      state: "open",
      after: { keys: { "ed25519:foreign": publicHalf(foreign.privateKey) } },
    },
  ]);
  expect(await audited(home.id)).toContain("homeserver.identity_changed");
}, 40_000);

test("an override leads to another address under its own authority, the certificate still for the server's name", async () => {
  const name = host("closed");
  const { port } = await serve("closed", scripted(keysDocument(name, [serverKey("one")])).handler);
  const direct = (allowPrivateAddresses: boolean) => {
    const made = newHttp({ allowPrivateAddresses });
    ends.push(made.close);
    return made.fetch;
  };
  const { id } = await add(name, { host: "127.0.0.1", port, ca: ca.pem });
  await look(id, direct(true));
  expect(await steps(id)).toMatchObject({
    address: { state: "pass", detail: { host: "127.0.0.1", port, override: "yes" } },
    keys: { state: "pass" },
  });
  expect(Object.keys(await steps(id))).not.toContain("well_known");
  await look(id, direct(false));
  expect((await steps(id))["address"]).toMatchObject({
    state: "fail",
    code: "private_address",
    fix: "fix_private_address",
    detail: { override: "yes" },
  });
  await sql(`UPDATE homeserver SET override_ca = NULL WHERE id = $1`, [id]);
  await look(id, direct(true));
  expect((await steps(id))["tls"]).toMatchObject({ state: "fail", code: "tls", fix: "fix_certificate" });
  expect(await server(id)).toMatchObject({ identity_state: "pinned" });
});

const HUNDRED_MB = 100 * 1024 * 1024;

test("a server with a wrong certificate, a redirect, HTML, 100 MB, silence or a private address has its own state and reason, and the others are found meanwhile", async () => {
  let sent = 0;
  const endless: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const chunk = Buffer.alloc(64 * 1024, " ");
    const more = (): void => {
      while (sent < HUNDRED_MB && !response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  };
  const to = (location: string): RequestListener => {
    return (_request, response) => void response.writeHead(302, { location }).end();
  };
  const page: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Intranät</title>");
  };
  const at8448 = (label: string): string => `${host(label)}:8448`;
  await serve("wrongly", scripted(keysDocument(at8448("wrongly"), [serverKey("one")])).handler, "other");
  await serve("redirecting", to("https://elsewhere.example/"));
  await serve("html", page);
  await serve("endless", endless);
  await serve("slow", () => undefined);
  await serve("lured", (request, response) =>
    request.url === WELL_KNOWN ? to("https://10.1.2.3/")(request, response) : sendJson(response, {}, 404),
  );
  await serve("broken", page);
  const good = scripted(keysDocument(at8448("good"), [serverKey("one")]));
  await serve("good", good.handler);
  const names = [...["wrongly", "redirecting", "html", "endless", "slow"].map(at8448), host("lured"), host("broken")];
  const bad: Record<string, string> = {};
  for (const name of [...names, "10.1.2.3:8448", "nowhere.example:8448"]) bad[name] = (await add(name)).id;
  const begun = performance.now();
  await startAll();
  // Added last: it stands behind all the others.
  const { id } = await add(at8448("good"));
  await vi.waitFor(async () => expect(await server(id)).toMatchObject({ identity_state: "pinned" }), 8_000);
  const foundAfter = performance.now() - begun;
  const why = async (name: string, step: string) => {
    const found = (await steps(bad[name] ?? ""))[step];
    return [found?.state, found?.code, found?.fix];
  };
  expect((await why(at8448("slow"), "address"))[0]).toBe("running");
  await vi.waitFor(
    async () => expect(await why(at8448("slow"), "address")).toEqual(["fail", "timeout", "fix_slow"]),
    20_000,
  );
  expect(await why(at8448("wrongly"), "tls")).toEqual(["fail", "tls", "fix_certificate"]);
  expect(await why(at8448("redirecting"), "keys")).toEqual(["fail", "redirect_elsewhere", "fix_redirect"]);
  expect(await why(at8448("html"), "keys")).toEqual(["fail", "not_json", "fix_not_matrix"]);
  expect(await why(at8448("endless"), "keys")).toEqual(["fail", "too_large", "fix_not_matrix"]);
  expect(await why(host("lured"), "well_known")).toEqual(["fail", "private_address", "fix_private_address"]);
  expect(await why(host("broken"), "well_known")).toEqual(["fail", undefined, "fix_well_known"]);
  expect(await why("10.1.2.3:8448", "address")).toEqual(["fail", "private_address", "fix_private_address"]);
  expect(await why("nowhere.example:8448", "address")).toEqual(["fail", "proxy_refused", "fix_egress_proxy"]);
  expect(sent).toBeLessThan(HUNDRED_MB / 5);
  expect(foundAfter).toBeLessThan(10_000);
  const known = await sql(`SELECT server_name FROM homeserver WHERE id = ANY($1) AND identity_state <> 'unknown'`, [
    Object.values(bad),
  ]);
  expect(known).toEqual([]);
}, 60_000);
