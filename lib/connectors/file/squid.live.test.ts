import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { answers, freePort, startProcess, untilReady } from "#bin/run/processes.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newAuthority } from "../contract.ts";
import { fileConnector } from "./connector.ts";
import { localHttp } from "./local-http.ts";
import { newFolder, sendRaw, startUpstream } from "./programs.fixture.ts";
import { fileSettingsForm } from "./settings.ts";
import { TEMPLATES } from "./templates/all.ts";
import { outboundOf } from "./templates/squid.ts";
import type { Outbound } from "./templates/template.ts";

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const self = named("chat.self.example");
const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A real squid whose only rules are the generated file's. */
const startSquid = async (folder: string, rules: string): Promise<{ port: number; pidFile: string }> => {
  // Started as root it goes on as a user of its own, which must reach its folder.
  await chmod(folder, 0o777);
  const port = await freePort();
  const pidFile = join(folder, "squid.pid");
  const config = join(folder, "squid.conf");
  const lines = [
    `http_port 127.0.0.1:${port}`,
    `pid_filename ${pidFile}`,
    `cache_log ${join(folder, "cache.log")}`,
    "access_log none",
    "cache deny all",
    "pinger_enable off",
    "shutdown_lifetime 0 seconds",
    `coredump_dir ${folder}`,
    `include ${rules}`,
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  const child = startProcess({
    name: "squid",
    command: "squid",
    args: ["-N", "-f", config],
    env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` },
    logFile: join(folder, "squid.log"),
  });
  ends.push(child.stop);
  await untilReady(child, () => answers(port), 20_000);
  return { port, pidFile };
};

const upstreamPort = async (): Promise<number> => {
  const upstream = await startUpstream();
  ends.push(upstream.close);
  return upstream.port;
};

it("a real squid opens connections to where the listed names were found, and to nowhere else, and follows when they move", async () => {
  const { folder, remove } = await newFolder();
  ends.push(remove);
  const [first, second] = [await upstreamPort(), await upstreamPort()];
  const path = join(folder, "rules");
  const nobody = { audience: self, position: { epoch: 0, version: 0, digest: "sha256:none" }, names: [] };
  await writeFile(path, TEMPLATES.squid.render(nobody), { mode: 0o644 });
  const { port, pidFile } = await startSquid(folder, path);
  const authority = newAuthority("federation.example", self, systemClock.now);
  const name = named("chat.a.example:8448");
  let found: Outbound = { host: "localhost", port: first };
  const form = fileSettingsForm.parse({ template: "squid", path, mode: "644", reload: { signal: "SIGHUP", pidFile } });
  const outbound = async (names: readonly ServerName[]) =>
    Object.fromEntries(names.map((one) => [one, outboundOf(one, found)]));
  const connector = fileConnector({ serverName: self, form, clock: systemClock, http: localHttp, outbound });
  const connects = async (target: string): Promise<number> =>
    (await sendRaw(port, [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`])).status;
  const asks = async (target: string): Promise<number> => {
    // An open tunnel closes only with the other side: a request in it that ends it.
    const answer = await sendRaw(port, [
      `CONNECT ${target} HTTP/1.1`,
      `Host: ${target}`,
      "",
      "GET / HTTP/1.1",
      "Host: x",
    ]);
    return answer.status;
  };

  expect(await connects(`localhost:${first}`)).toBe(403);
  const change = authority.next([name]);
  must(await connector.apply(change, soon()));
  await vi.waitFor(async () => expect(await asks(`localhost:${first}`)).toBe(200), { timeout: 15_000, interval: 100 });
  expect(await connects(`localhost:${second}`)).toBe(403);
  // The address behind the name, asked for by itself: its reverse name is the listed one, which must not count.
  expect(await connects(`127.0.0.1:${first}`)).toBe(403);
  expect(await connects("chat.a.example:8448")).toBe(403);
  const plain = await sendRaw(port, [`GET http://localhost:${first}/ HTTP/1.1`, `Host: localhost:${first}`]);
  expect(plain.status).toBe(403);

  found = { host: "localhost", port: second };
  must(await connector.apply(change, soon()));
  await vi.waitFor(async () => expect(await asks(`localhost:${second}`)).toBe(200), { timeout: 15_000, interval: 100 });
  expect(await connects(`localhost:${first}`)).toBe(403);

  must(await connector.apply(authority.next([]), soon()));
  await vi.waitFor(async () => expect(await connects(`localhost:${second}`)).toBe(403), {
    timeout: 15_000,
    interval: 100,
  });
});
