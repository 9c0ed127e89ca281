import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { PortalDouble } from "#lib/agent/portal.fixture.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { fingerprintOf, makeConsentEnd, newKeyPair } from "#lib/signing/signing.ts";
import { bundleAgent } from "./agent-bundle.ts";

const [self, a, b] = ["self.example", "a.example", "b.example"] as [ServerName, ServerName, ServerName];
let folder: string;
let file: string;
let size: number;
let portal: PortalDouble;
let server: Server;
let base: string;

const serve = (): Promise<string> =>
  new Promise((resolve) => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        void portal
          .http(`https://portal.example${request.url ?? ""}`, { body: Buffer.concat(chunks).toString() })
          .then((answer) => {
            if (!answer.ok) return response.destroy();
            return response.writeHead(answer.value.status).end(answer.value.body);
          });
      });
    });
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
    });
  });

/** The bundled file as its own process, in a folder without any package, with a bare environment. */
const start = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: "/",
    env: { NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return Object.assign(child, { said: () => text });
};
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode === null) child.once("exit", resolve);
    else resolve(child.exitCode);
  });
const until = async (what: () => Promise<boolean> | boolean): Promise<void> => {
  const by = Date.now() + 20_000;
  while (!(await what())) {
    if (Date.now() > by) throw new Error(`never: ${what.toString()}`);
    await pause(25);
  }
};

const settingsAt = async (over: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const path = join(folder, "settings.json");
  const target = {
    kind: "file",
    template: "tuwunel",
    path: join(folder, "list.toml"),
    reload: { command: ["/bin/true"] },
  };
  const settings = { portal: base, serverName: self, state: join(folder, "state"), target, ...over };
  await writeFile(path, JSON.stringify(settings));
  return path;
};
const enrol = async (settings: string, fingerprint?: string) => {
  const code = join(folder, "code");
  await writeFile(code, `${portal.code ?? "used-up-used-up-used"}\n`);
  const print = fingerprint ?? Object.values(portal.authority.rootKeys).map(fingerprintOf)[0] ?? "";
  const child = start("enrol", "--settings", settings, "--code-file", code, "--fingerprint", print);
  return { status: await ended(child), said: child.said() };
};
const list = () => readFile(join(folder, "list.toml"), "utf8").catch(() => "");

beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), "bundle-")), "tillit-agent.mjs");
  size = await bundleAgent(file);
});
afterAll(() => rm(join(file, ".."), { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-"));
  portal = new PortalDouble(self, systemClock);
  base = await serve();
  return async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  };
});

it("the agent is one file under 2 MB that enrols, fetches, holds, reports and ends when told", async () => {
  expect(size).toBeLessThan(2 * 1024 * 1024);
  const settings = await settingsAt();
  expect(await enrol(settings)).toMatchObject({
    status: 0,
    said: expect.stringContaining("enrolled as ed25519:agent-"),
  });
  expect((await stat(join(folder, "state/identity.json"))).mode & 0o777).toBe(0o600);
  portal.sign([a]);
  const child = start("run", "--settings", settings);
  await until(async () => (await list()).includes("a\\.example"));
  await until(() => portal.receipts.some(({ version }) => version === 1));
  portal.sign([b]);
  await until(() => portal.receipts.some(({ version }) => version === 2));
  expect(await list()).not.toContain("a\\.example");
  child.kill("SIGTERM");
  expect(await ended(child)).toBe(0);
}, 60_000);

it("a code used before, a wrong fingerprint, wrong settings and no enrolment each end with what to do", async () => {
  const settings = await settingsAt();
  const notYet = start("run", "--settings", settings);
  expect([await ended(notYet), notYet.said()]).toEqual([1, expect.stringContaining("make a code in the portal")]);
  expect((await enrol(settings, "0000 0000")).said).toContain("nothing was pinned");
  expect((await enrol(settings)).said).toContain("make a new one in the portal");
  const wrong = start("run", "--settings", await settingsAt({ serverName: "No Name" }));
  expect([await ended(wrong), wrong.said()]).toEqual([1, expect.stringContaining("serverName")]);
  const usage = start("run");
  expect(await ended(usage)).toBe(64);
}, 60_000);

it("killed with -9 while lists come, it comes back to the newest and never to an older one", async () => {
  const settings = await settingsAt();
  await enrol(settings);
  for (let round = 1; round <= 4; round += 1) {
    portal.sign(round % 2 === 0 ? [a] : [b]);
    const child = start("run", "--settings", settings);
    await until(() => portal.receipts.length > 0 || round === 1);
    await pause(150 * round);
    child.kill("SIGKILL");
    await ended(child);
  }
  portal.sign([a, b]);
  const child = start("run", "--settings", settings);
  await until(() => portal.receipts.at(-1)?.version === 5);
  const versions = portal.receipts.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((x, y) => x - y));
  child.kill("SIGTERM");
  await ended(child);
}, 90_000);

it("shut lets nobody in until the next run, and a damaged stored list shuts the server until the agent enrols anew", async () => {
  const settings = await settingsAt();
  await enrol(settings);
  portal.sign([a]);
  const runUntil = async (met: () => Promise<boolean> | boolean): Promise<string> => {
    const child = start("run", "--settings", settings);
    await until(met);
    child.kill("SIGTERM");
    await ended(child);
    return child.said();
  };
  const opens = async () => (await list()).includes("a\\.example");
  await runUntil(opens);
  const shut = start("shut", "--settings", settings);
  expect([await ended(shut), await opens()]).toEqual([0, false]);
  await runUntil(opens);
  await writeFile(join(folder, "state/accepted.json"), "{}");
  const said = await runUntil(async () => !(await opens()));
  expect(said).toContain("enrols anew");
}, 60_000);

it("the end of a consent that the agency signed shuts its door for ever, and one of a stranger changes nothing", async () => {
  const [agency, stranger] = [newKeyPair(), newKeyPair()];
  const consentKeys = { "orgnr:202100-0001": { "ed25519:c1": agency.publicKey } };
  const settings = await settingsAt({ rules: { consentKeys } });
  await enrol(settings);
  portal.sign([a]);
  const run = start("run", "--settings", settings);
  const opens = async () => (await list()).includes("a\\.example");
  await until(opens);
  const end = { federation: portal.authority.federation, reason: "agr_contract", digest: `sha256:${"A".repeat(43)}` };
  const path = join(folder, "end.json");
  const endBy = async (privateKey: string) => {
    await writeFile(path, makeConsentEnd(end, "orgnr:202100-0001", { keyId: "ed25519:c1", privateKey }));
    const child = start("end-consent", path, "--settings", settings);
    return { status: await ended(child), said: child.said() };
  };
  expect(await endBy(stranger.privateKey)).toMatchObject({ status: 1, said: expect.stringContaining("consentKeys") });
  expect(await opens()).toBe(true);
  expect((await endBy(agency.privateKey)).status).toBe(0);
  await until(async () => !(await opens()));
  run.kill("SIGTERM");
  await ended(run);
}, 60_000);
