import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type RunningProcess, startProcess } from "#bin/run/processes.ts";
import { later, MINUTE } from "#lib/domain/instant.ts";
import { probe } from "#lib/matrix/probe.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newHttp } from "#lib/platform/http.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { named } from "#lib/reconcile/scene.fixture.ts";
import { ownTables } from "#lib/reconcile/tables.fixture.ts";
import type { Sql } from "#lib/reconcile/world.fixture.ts";
import { initKeys, makeList, readSigningKeys, type Signer } from "#lib/signing/signing.ts";
import { type Authority, createAuthority } from "./ca.ts";
import { addServer, type Party, putAgreement, putFederation } from "./federation.fixture.ts";
import { type NameProxy, startNameProxy } from "./name-proxy.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

const ROOT = join(import.meta.dirname, "..");
const FEDERATION = "rotation.tillit.example";
const NAMES = ["chat.a.rotation.example", "chat.b.rotation.example"] as const;
const python = join(ROOT, ".tillit/venv/bin/python");

let folder: string;
let keysDir: string;
let ca: Authority;
let proxy: NameProxy;
let sql: Sql;
let worker: RunningProcess;
let a: Party;
const synapses: RunningSynapse[] = [];

const moduleConfig = (rootKeyId: string, rootKey: string) => ({
  federation: FEDERATION,
  root_keys: { [rootKeyId]: rootKey },
  before_first_list: "closed",
  poll_ms: 200,
  lease_ms: 30_000,
  asks: ["state", "reset_destination"],
});

const workerEnvironment = () => ({
  PATH: process.env["PATH"] ?? "",
  NODE_ENV: "production" as const,
  DATABASE_URL_WORKER: process.env["DATABASE_URL_WORKER"] ?? "",
  TILLIT_KEYS_DIR: keysDir,
  TILLIT_FEDERATION_ID: FEDERATION,
  TILLIT_ENVIRONMENT: "test",
  TILLIT_ALLOW_PRIVATE_ADDRESSES: "true",
  TILLIT_EGRESS_PROXY: proxy.url,
  TILLIT_EXTRA_CA: ca.certFile,
  TILLIT_SWEEP_SECONDS: "2",
});

beforeAll(async () => {
  setLogLevel("silent");
  folder = await mkdtemp(join(tmpdir(), "tillit-rotation-"));
  keysDir = join(folder, "keys");
  ca = await createAuthority(join(folder, "ca"), python, NAMES);
  proxy = await startNameProxy();
  sql = await ownTables();
  const made = initKeys(keysDir, FEDERATION, systemClock.now());
  if (!made.ok) throw new Error(made.error);
  const { rootKeyId, rootPublicKey } = made.value;
  const config = moduleConfig(rootKeyId, rootPublicKey);
  const started = NAMES.map((serverName) =>
    startSynapse({ serverName, dir: join(folder, serverName), ca, python, proxyUrl: proxy.url, module: { config } }),
  );
  synapses.push(...(await Promise.all(started)));
  for (const { serverName, port } of synapses) proxy.map(serverName, port);
  await putFederation(sql, FEDERATION);
  const [one, two] = await Promise.all(NAMES.map(async (name) => ({ ...(await addServer(sql, name)), name })));
  if (one === undefined || two === undefined) throw new Error("a server is missing");
  a = one;
  await putAgreement(sql, FEDERATION, one, two);
  worker = startProcess({
    name: "worker",
    command: process.execPath,
    args: [join(ROOT, "bin/tillit.ts"), "worker"],
    env: workerEnvironment(),
    cwd: ROOT,
    logFile: join(folder, "worker.log"),
  });
});
afterAll(async () => {
  await worker.stop();
  await Promise.all(synapses.map((server) => server.stop()));
  await proxy.close();
  await rm(folder, { recursive: true });
});

const tillit = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, [join(ROOT, "bin/tillit.ts"), ...args], { env: workerEnvironment() }))
    .stdout;

const signer = (): Signer => {
  const keys = readSigningKeys(keysDir);
  if (!keys.ok) throw new Error(keys.error.code);
  return keys.value.signer;
};

/** Where both lists stand, as the portal read it back from the two homeservers. */
const standing = async () =>
  (
    await sql(
      `SELECT l.epoch, l.version, l.status, l.confirmed_at IS NOT NULL AS confirmed, d.bytes FROM list_head l
       JOIN signed_document d ON d.homeserver_id = l.homeserver_id AND d.kind = 'list' AND d.epoch = l.epoch
         AND d.version = l.version`,
    )
  ).map(({ epoch, version, status, confirmed, bytes }) => ({
    epoch,
    version,
    status,
    confirmed,
    by: Object.keys(JSON.parse(String(bytes)).signatures[FEDERATION]),
  }));

const untilBoth = async (expected: object) => {
  const failed = async (fault: unknown) => {
    const log = await readFile(join(folder, "worker.log"), "utf8").catch(() => "");
    throw new Error(`${String(fault)}\n${log.slice(-3_000)}`);
  };
  await vi
    .waitFor(async () => expect(await standing()).toMatchObject([expected, expected]), {
      timeout: 30_000,
      interval: 100,
    })
    .catch(failed);
};

/** What the first homeserver says to a list that somebody signed and sent by hand. */
const putByHand = async (by: Signer, place: { readonly epoch: number; readonly version: number }) => {
  const now = systemClock.now();
  const list = makeList(
    {
      federation: FEDERATION,
      audience: named(a.name),
      ...place,
      mode: "enforce",
      issuedAt: now,
      expiresAt: later(now, MINUTE),
      whenStale: "keep",
      allow: [],
    },
    by,
  );
  const { fetch, close } = newHttp({ allowPrivateAddresses: true, extraCa: ca.certFile });
  const base = synapses.find(({ serverName }) => serverName === a.name)?.baseUrl;
  const headers = { "content-type": "application/json" };
  const url = `${base}/_synapse/client/tillit/v1/list`;
  const answer = await fetch(url, { method: "PUT", body: list, headers });
  close();
  const said = answer.ok ? JSON.parse(new TextDecoder().decode(answer.value.body)) : answer.error;
  return { status: answer.ok ? answer.value.status : 0, errcode: Object(said).errcode };
};

/** Asks the first homeserver's federation listener again and again, as its partner, until told to stop. */
const watchDoor = (): { readonly seen: () => Promise<ReadonlySet<string>> } => {
  const server = synapses.find(({ serverName }) => serverName === a.name);
  const { fetch, close } = newHttp({ allowPrivateAddresses: true });
  const target = { serverName: named(a.name), host: "127.0.0.1", port: server?.port ?? 0, tlsName: a.name, ca: ca.pem };
  const verdicts = new Set<string>();
  let on = true;
  const watching = (async () => {
    while (on) {
      const { verdict } = await probe(fetch, target, { origin: named(NAMES[1]), keyId: synapses[1]?.keyId ?? "" });
      verdicts.add(verdict);
    }
  })();
  return {
    seen: async () => {
      on = false;
      await watching;
      close();
      return verdicts;
    },
  };
};

test("a new list key is taken up by the running worker and by two real homeservers whose door stays open; the old key then signs nothing", async () => {
  const old = signer();
  await untilBoth({ epoch: 1, status: "in_force", confirmed: true, by: [old.keyId] });
  const door = watchDoor();
  expect(await tillit("keys", "rotate", "--overlap", "0")).toContain("keyset    1.2");
  const fresh = signer();
  expect(fresh.keyId).not.toBe(old.keyId);
  await untilBoth({ epoch: 1, status: "in_force", confirmed: true, by: [fresh.keyId] });
  expect([...(await door.seen())]).toEqual(["listed_or_open"]);
  expect(await putByHand(old, { epoch: 1, version: 90 })).toEqual({ status: 403, errcode: "TILLIT_SIGNATURE" });
  const issued = await sql(`SELECT 1 FROM audit WHERE kind = 'keyset.issued'`);
  expect(issued).toHaveLength(2);
}, 90_000);

test("a restored portal whose versions are behind is refused, until the root raises the epoch", async () => {
  await sql(`UPDATE list_head SET version = 0, digest = '', confirmed_at = NULL`);
  await vi.waitFor(
    async () => {
      const heads = await sql(`SELECT status, status_detail FROM list_head`);
      expect(heads.map(({ status, status_detail }) => [status, Object(status_detail).code])).toEqual([
        ["differs", expect.stringMatching(/TILLIT_(VERSION|FORK)/)],
        ["differs", expect.stringMatching(/TILLIT_(VERSION|FORK)/)],
      ]);
    },
    { timeout: 30_000, interval: 100 },
  );
  const before = signer();
  expect(await tillit("keys", "rotate", "--epoch", "2")).toContain("keyset    2.1");
  await untilBoth({ epoch: 2, status: "in_force", confirmed: true, by: [signer().keyId] });
  expect((await putByHand(before, { epoch: 1, version: 99 })).status).toBeGreaterThanOrEqual(400);
}, 90_000);
