import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAuthority } from "#demo/ca.ts";
import { startNameProxy } from "#demo/name-proxy.ts";
import { type RunningSynapse, type SynapseOptions, startSynapse } from "#demo/synapse.ts";
import { newAuthority } from "#lib/connectors/contract.ts";
import { synapseConnector } from "#lib/connectors/synapse/connector.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { probe } from "#lib/matrix/probe.ts";
import { fetchServerKeys } from "#lib/matrix/server-keys.ts";
import { overriddenTarget } from "#lib/matrix/target.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newHttp } from "#lib/platform/http.ts";
import { type ConformanceSubject, runConformance } from "./conformance.ts";

const ROOT = join(import.meta.dirname, "../..");
const python = join(ROOT, ".tillit/venv/bin/python");

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const self = named("chat.self.example");
const partner = named("chat.a.example");
const soon = (): AbortSignal => AbortSignal.timeout(60_000);

const ends: (() => Promise<void>)[] = [];
let running: RunningSynapse;
let options: SynapseOptions;
const authority = newAuthority("federation.example", self, systemClock.now);
const http = newHttp({ allowPrivateAddresses: true });
let ca = "";

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "tillit-conformance-"));
  ends.push(() => rm(folder, { recursive: true }));
  const made = await createAuthority(join(folder, "ca"), python, [self]);
  ca = made.pem;
  const names = await startNameProxy();
  ends.push(names.close);
  const config = {
    federation: authority.federation,
    root_keys: { ...authority.rootKeys },
    root_keys_required: 1,
    lowest_keyset: "1.1",
    before_first_list: "closed",
    asks: ["state"],
  };
  const pythonPath = [join(ROOT, "synapse-module")];
  options = {
    serverName: self,
    dir: join(folder, "server"),
    ca: made,
    python,
    proxyUrl: names.url,
    module: { config },
  };
  options = { ...options, pythonPath };
  running = await startSynapse(options);
});
afterAll(async () => {
  await running.stop();
  http.close();
  for (const end of ends.toReversed()) await end();
});

const target = () => overriddenTarget(self, { host: "127.0.0.1", port: running.port, ca });

it("a real Synapse with the module passes every check, a restart included, that a list with a partner allows", async () => {
  const { keys } = must(await fetchServerKeys(http.fetch, target(), systemClock.now()));
  const connector = synapseConnector({
    federation: authority.federation,
    serverName: self,
    endpoint: { url: `https://${self}`, ca, resolveTo: { host: "127.0.0.1", port: running.port } },
    pinnedKeys: keys,
    lastSequence: 0,
    credentials: {},
    signer: authority.signer,
    http: http.fetch,
    clock: systemClock,
  });
  const [empty, one] = [authority.next([]), authority.next([partner])];
  const subject = (more: Partial<ConformanceSubject>): ConformanceSubject => ({
    connector,
    desired: empty.list,
    probe: async (origin) => (await probe(http.fetch, target(), { origin, keyId: "ed25519:pinned" })).verdict,
    stranger: named("probe.federation.example"),
    signal: soon(),
    ...more,
  });
  const outcomesOf = async (of: ConformanceSubject) =>
    Object.fromEntries((await runConformance(of)).map(({ check, outcome }) => [check, outcome]));

  must(await connector.apply(empty, soon()));
  expect(await outcomesOf(subject({}))).toMatchObject({ read_back: "pass", closed: "pass", empty_list: "pass" });

  must(await connector.apply(one, soon()));
  const restart = async (): Promise<undefined> => {
    const { port } = running;
    await running.stop();
    running = await startSynapse({ ...options, port });
    return undefined;
  };
  expect(await outcomesOf(subject({ desired: one.list, earlier: empty.list, restart }))).toEqual({
    read_back: "pass",
    closed: "pass",
    empty_list: "not_tried",
    listed: "pass",
    suffix: "pass",
    stale: "pass",
    restart: "pass",
  });

  // Against another list than the one that it holds it fails, so that a pass means something.
  const other = await outcomesOf(subject({ desired: authority.next([named("chat.b.example")]).list }));
  expect([other["read_back"], other["listed"]]).toEqual(["fail", "fail"]);
});
