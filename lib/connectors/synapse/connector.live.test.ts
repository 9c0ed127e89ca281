import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority as Ca, createAuthority } from "#demo/ca.ts";
import { type NameProxy, startNameProxy } from "#demo/name-proxy.ts";
import { type RunningSynapse, type SynapseOptions, startSynapse } from "#demo/synapse.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { discover } from "#lib/matrix/discovery.ts";
import { probe, probeRound } from "#lib/matrix/probe.ts";
import { fetchServerKeys, fetchServerVersion } from "#lib/matrix/server-keys.ts";
import { overriddenTarget } from "#lib/matrix/target.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { type HttpClient, newHttp } from "#lib/platform/http.ts";
import { connectorContract, newAuthority } from "../contract.ts";
import type { StartSubject } from "../contract-subject.ts";
import { SYNAPSE_LIMITS, synapseConnector } from "./connector.ts";
import { SYNAPSE_CALLS } from "./subject.ts";

const ROOT = join(import.meta.dirname, "../../..");
const python = join(ROOT, ".tillit/venv/bin/python");
const LAW_MS = 120_000;

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const self = named("chat.self.example");
const partners = [named("chat.a.example"), named("chat.b.example"), named("chat.c.example:8449")] as const;

let folder: string;
let ca: Ca;
let proxy: NameProxy;
let http: HttpClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tillit-contract-"));
  ca = await createAuthority(join(folder, "ca"), python, [self]);
  proxy = await startNameProxy();
  http = newHttp({ allowPrivateAddresses: true });
});

afterAll(async () => {
  http.close();
  await proxy.close();
  await rm(folder, { recursive: true });
});

const at = (running: RunningSynapse) => ({ host: "127.0.0.1", port: running.port, ca: ca.pem });
const targetOf = (running: RunningSynapse) => overriddenTarget(self, at(running));

/** Whether a real Synapse lets a name in; an answer that says neither is an error of the test. */
const letsIn = async (running: RunningSynapse, origin: ServerName): Promise<boolean> => {
  const { verdict, ...rest } = await probe(http.fetch, targetOf(running), { origin, keyId: "ed25519:pinned" });
  if (verdict === "unknown") throw new Error(JSON.stringify(rest));
  return verdict === "listed_or_open";
};

let started = 0;
const realSynapse: StartSubject = async ({ beforeFirstList }) => {
  started += 1;
  const authority = newAuthority("federation.example", self, systemClock.now);
  const options: SynapseOptions = {
    serverName: self,
    dir: join(folder, `server-${started}`),
    ca,
    python,
    proxyUrl: proxy.url,
    module: {
      config: {
        federation: authority.federation,
        root_keys: { ...authority.rootKeys },
        root_keys_required: 1,
        lowest_keyset: "1.1",
        before_first_list: beforeFirstList,
        asks: ["state", "reset_destination"],
      },
    },
    pythonPath: [join(ROOT, "synapse-module")],
  };
  let running = await startSynapse(options);
  const { keys } = must(await fetchServerKeys(http.fetch, targetOf(running), systemClock.now()));
  return {
    self,
    partners,
    authority,
    connector: (shape = (fetch) => fetch, over = {}) =>
      synapseConnector({
        federation: authority.federation,
        serverName: self,
        endpoint: { url: `https://${self}`, ca: ca.pem, resolveTo: { host: "127.0.0.1", port: running.port } },
        pinnedKeys: over.pinnedKeys ?? keys,
        lastSequence: 0,
        credentials: {},
        signer: authority.signer,
        http: shape(http.fetch),
        clock: systemClock,
      }),
    calls: SYNAPSE_CALLS,
    pass: async () => undefined,
    lets: (origin) => letsIn(running, origin),
    restart: async () => {
      await running.stop();
      running = await startSynapse({ ...options, port: running.port });
    },
    stop: () => running.stop(),
  };
};

connectorContract("synapse (a real Synapse with the module)", SYNAPSE_LIMITS, realSynapse, LAW_MS);

describe("a real Synapse with the module", () => {
  it(
    "resets a destination when asked by a signed question",
    async () => {
      const subject = await realSynapse({ beforeFirstList: "closed" });
      try {
        const connector = subject.connector();
        const signal = AbortSignal.timeout(LAW_MS);
        must(await connector.apply(subject.authority.next([partners[0]]), signal));
        if (connector.resetDestination === false) throw new Error("it can");
        expect(must(await connector.resetDestination(partners[0], signal)).version).toBe(1);
      } finally {
        await subject.stop();
      }
    },
    LAW_MS,
  );

  it(
    "that is open to all is found out by the control, so that no listed verdict counts",
    async () => {
      const dir = join(folder, "open");
      const running = await startSynapse({ serverName: self, dir, ca, python, proxyUrl: proxy.url });
      try {
        const found = await discover(self, { http: http.fetch, override: at(running) });
        expect(must(await fetchServerVersion(http.fetch, found.target)).name).toBe("Synapse");
        const origins = [{ origin: partners[0], keyId: "ed25519:pinned" }];
        const control = { origin: named("probe.federation.example"), keyId: "ed25519:probe" };
        const round = await probeRound(http.fetch, found.target, origins, control, { timeoutMs: 30_000 });
        expect(round.gate).toBe("open");
      } finally {
        await running.stop();
      }
    },
    LAW_MS,
  );
});
