import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority } from "./ca.ts";
import { chatClient, registerUser } from "./matrix-client.ts";
import { type NameProxy, startNameProxy } from "./name-proxy.ts";
import { requester } from "./requests.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";

const python = join(import.meta.dirname, "../.tillit/venv/bin/python");
const NAMES = ["chat.one.example", "chat.two.example"] as const;

let folder: string;
let ca: Authority;
let proxy: NameProxy;
const servers: RunningSynapse[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tillit-synapse-"));
  ca = await createAuthority(join(folder, "ca"), python, NAMES);
  proxy = await startNameProxy();
  servers.push(
    ...(await Promise.all(
      NAMES.map((serverName) =>
        startSynapse({ serverName, dir: join(folder, serverName), ca, python, proxyUrl: proxy.url }),
      ),
    )),
  );
  for (const { serverName, port } of servers) proxy.map(serverName, port);
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await proxy.close();
  await rm(folder, { recursive: true });
});

const userOn = async (index: number, name: string) => {
  const server = servers[index];
  if (server === undefined) throw new Error("the servers did not start");
  const { baseUrl, serverName, registrationSecret: secret } = server;
  return chatClient(await registerUser({ baseUrl, serverName, ca: ca.pem, secret, name }), ca.pem);
};

test("two real homeservers whose names have no port exchange messages through the name proxy", async () => {
  const anna = await userOn(0, "anna");
  const bengt = await userOn(1, "bengt");
  const room = await anna.createRoom("Samverkan");
  expect((await anna.invite(room, bengt.userId)).status).toBe(200);
  expect((await bengt.join(room, anna.serverName)).status).toBe(200);
  await anna.send(room, "hej");
  expect(await bengt.received(room, "hej", 10_000)).toMatchObject({ sender: anna.userId });
  await bengt.send(room, "hej själv");
  expect(await anna.received(room, "hej själv", 10_000)).toMatchObject({ sender: bengt.userId });
});

test("a homeserver is found by its well-known, under a certificate of the demo's authority", async () => {
  const server = servers[0];
  const answer = await requester(ca.pem)(`${server?.baseUrl}/.well-known/matrix/server`);
  expect(answer.json).toEqual({ "m.server": `${NAMES[0]}:443` });
});

test("registering the same user again signs in as it", async () => {
  const first = await userOn(0, "cilla");
  const again = await userOn(0, "cilla");
  expect(again.userId).toBe(first.userId);
});

test("a name that is not mapped is refused, and the proxy says which was asked for", async () => {
  const anna = await userOn(0, "dora");
  const room = await anna.createRoom("Ingen");
  const answer = await anna.invite(room, "@x:chat.three.example");
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(proxy.refused).toContain("chat.three.example:443");
});
