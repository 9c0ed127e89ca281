import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "#bin/run/processes.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { connectorContract, newAuthority } from "../contract.ts";
import type { StartSubject } from "../contract-subject.ts";
import { fileConnector } from "./connector.ts";
import { localHttp } from "./local-http.ts";
import { newFolder, sendRaw, startNginx, startUpstream } from "./programs.fixture.ts";
import { fileSettingsForm } from "./settings.ts";
import { TEMPLATES } from "./templates/all.ts";

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const self = named("chat.self.example");

/** An address on this machine that has the program read its file again: what some programs have built in. */
const startReloader = async (pidFile: string): Promise<{ url: string; stop: () => Promise<void> }> => {
  const server = createServer(async (_, response) => {
    process.kill(Number(await readFile(pidFile, "utf8")), "SIGHUP");
    response.end("told");
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}/reload`, stop };
};

/** A real nginx before a server that lets everybody in, driven by the file target. */
const nginxWithFile: StartSubject = async ({ beforeFirstList }) => {
  const { folder, remove } = await newFolder();
  const upstream = await startUpstream();
  const path = join(folder, "tillit.rules");
  const leftOut = beforeFirstList === "open";
  const nobody = { audience: self, position: { epoch: 0, version: 0, digest: "sha256:none" }, names: [] };
  if (!leftOut) await writeFile(path, TEMPLATES.nginx.render(nobody));
  const options = { folder, rules: path, upstream: `http://127.0.0.1:${upstream.port}`, leftOut };
  let running = await startNginx(options);
  const { port, readBackPort, pidFile } = running;
  const reloader = await startReloader(pidFile);
  const form = fileSettingsForm.parse({
    template: "nginx",
    path,
    reload: { post: reloader.url },
    readBack: { nginx: `http://127.0.0.1:${readBackPort}/tillit` },
  });
  return {
    self,
    partners: [named("chat.a.example"), named("chat.b.example"), named("chat.c.example:8449")],
    authority: newAuthority("federation.example", self, systemClock.now),
    connector: (shape = (http) => http) =>
      fileConnector({ serverName: self, form, clock: systemClock, http: shape(localHttp), effectWithin: 3000 }),
    calls: { write: (url) => url === reloader.url, read: (url) => url.endsWith("/tillit") },
    pass: async (ms) => void (await pause(ms)),
    lets: async (origin) => {
      const authorization = `X-Matrix origin="${origin}",destination="${self}",key="ed25519:a_1",sig="AAAA"`;
      const lines = ["GET /_matrix/federation/v1/version HTTP/1.1", `Host: ${self}`, `Authorization: ${authorization}`];
      return (await sendRaw(port, lines)).status === 200;
    },
    restart: async () => {
      await running.stop();
      running = await startNginx({ ...options, port, readBackPort });
    },
    stop: async () => {
      await running.stop();
      await reloader.stop();
      await upstream.close();
      await remove();
    },
  };
};

connectorContract("file (before a real nginx)", TEMPLATES.nginx.limits, nginxWithFile, 30_000);
