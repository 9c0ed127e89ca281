import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { instant, SECOND } from "#lib/domain/instant.ts";
import { probeRound } from "#lib/matrix/probe.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { type HttpClient, newHttp } from "#lib/platform/http.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "#lib/platform/test-certificate.ts";
import { newAuthority } from "../contract.ts";
import { rocketchatConnector } from "./connector.ts";
import { type RunningRocketChat, startRocketChatProcess } from "./simulator/start.ts";
import { named } from "./subject.fixture.ts";

const self = named("chat.example");
const partner = named("chat.partner.example");
const CACHE = 60 * SECOND;

let folder: string;
let cert: string;
let running: RunningRocketChat;
let http: HttpClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tillit-rocketchat-"));
  cert = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  await Promise.all([writeFile(cert, TEST_CERTIFICATE), writeFile(key, TEST_KEY)]);
  running = await startRocketChatProcess({ name: self, cert, key });
  http = newHttp({ allowPrivateAddresses: true, extraCa: cert });
});
afterAll(async () => {
  http.close();
  await running.stop();
  await rm(folder, { recursive: true });
});

it("a Rocket.Chat in a process of its own stores over TLS, obeys once its cache has run out, and is seen to", async () => {
  let added = 0;
  const clock = { now: () => instant(systemClock.now() + added) };
  const authority = newAuthority("federation.example", self, clock.now);
  const connector = rocketchatConnector({
    federation: authority.federation,
    serverName: self,
    endpoint: { url: `https://${self}`, resolveTo: { host: "127.0.0.1", port: running.port } },
    pinnedKeys: {},
    lastSequence: 0,
    signer: authority.signer,
    credentials: { userId: "tillit", authToken: "secret-token" },
    http: http.fetch,
    clock,
  });
  const target = { serverName: self, host: "127.0.0.1", port: running.port, tlsName: self };
  const look = async () => {
    const origins = [{ origin: partner, keyId: "ed25519:a" }];
    const stranger = { origin: named("probe.example"), keyId: "ed25519:none" };
    const round = await probeRound(http.fetch, target, origins, stranger, { platform: "rocketchat" });
    return [round.gate, round.results[0]?.verdict, round.lookAlikes.map(({ verdict }) => verdict)];
  };
  const signal = AbortSignal.timeout(20_000);
  expect(await look()).toEqual(["shut_to_strangers", "not_listed", []]);
  expect(await connector.apply(authority.next([partner]), signal)).toEqual({ ok: true, value: "applied" });
  expect(await running.stored()).toBe(partner);
  expect(await look()).toEqual(["shut_to_strangers", "not_listed", []]);
  await running.advance(CACHE);
  added += CACHE;
  expect(await look()).toEqual(["shut_to_strangers", "listed_or_open", ["not_listed"]]);
  const seen = await connector.observe(signal);
  expect(seen.ok && seen.value.effective[0]?.policy).toEqual({ mode: "closed", allow: new Set([partner]) });
});

it("a simulated Rocket.Chat begun again over its file has the list and the keys that it had", async () => {
  const options = { name: self, cert, key: join(folder, "key.pem"), kept: join(folder, "kept.json") };
  const keysOf = async ({ port }: RunningRocketChat) => {
    const answer = await http.fetch(`https://${self}/_matrix/key/v2/server`, {
      resolveTo: { host: "127.0.0.1", port },
    });
    const text = answer.ok ? Buffer.from(answer.value.body).toString("utf8") : "";
    return z.object({ verify_keys: z.json() }).parse(JSON.parse(text)).verify_keys;
  };
  const first = await startRocketChatProcess(options);
  const keys = await keysOf(first);
  await first.set(partner);
  await first.stop();
  const again = await startRocketChatProcess(options);
  expect([await again.stored(), await keysOf(again)]).toEqual([partner, keys]);
  await again.stop();
  expect(await keysOf(running)).not.toEqual(keys);
});
