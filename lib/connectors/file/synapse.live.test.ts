import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { freePort } from "#bin/run/processes.ts";
import { type Authority as Ca, createAuthority } from "#demo/ca.ts";
import { registerUser } from "#demo/matrix-client.ts";
import { type NameProxy, startNameProxy } from "#demo/name-proxy.ts";
import { type RunningSynapse, type SynapseOptions, startSynapse } from "#demo/synapse.ts";
import { parseCidr } from "#lib/domain/network.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { verdictOf } from "#lib/matrix/probe-rules.ts";
import { xMatrixHeader } from "#lib/matrix/x-matrix.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newAuthority } from "../contract.ts";
import { fileConnector } from "./connector.ts";
import { localHttp } from "./local-http.ts";
import { newFolder, type RawAnswer, sendRaw, startNginx } from "./programs.fixture.ts";
import { fileSettingsForm } from "./settings.ts";
import { TEMPLATES } from "./templates/all.ts";

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const python = join(import.meta.dirname, "../../../.tillit/venv/bin/python");
const self = named("chat.self.example");
const a = named("chat.a.example");
const stranger = named("chat.stranger.example");
const soon = (): AbortSignal => AbortSignal.timeout(30_000);

let folder: string;
let remove: () => Promise<void>;
let ca: Ca;
let names: NameProxy;
beforeAll(async () => {
  ({ folder, remove } = await newFolder());
  ca = await createAuthority(join(folder, "ca"), python, [self]);
  names = await startNameProxy();
});
afterAll(async () => {
  await names.close();
  await remove();
});

/** A Synapse without our module, with a listener for this machine beside its own. */
const plainSynapse = async (dir: string, over: Partial<SynapseOptions>) => {
  const [port, plain] = [await freePort(), await freePort()];
  const listener = { bind_addresses: ["127.0.0.1"], type: "http", resources: [{ names: ["client", "federation"] }] };
  const listeners = [
    { ...listener, port, tls: true },
    { ...listener, port: plain, tls: false, x_forwarded: true },
  ];
  const options: SynapseOptions = {
    serverName: self,
    dir: join(folder, dir),
    ca,
    python,
    proxyUrl: names.url,
    port,
    ...over,
    extra: { listeners, ...over.extra },
  };
  return { options, plain, running: await startSynapse(options) };
};

const asks = (port: number, origin: ServerName, from?: string, signature = "A".repeat(86)): Promise<RawAnswer> =>
  sendRaw(port, [
    "GET /_matrix/federation/v1/version HTTP/1.1",
    `Host: ${self}`,
    ...(from === undefined ? [] : [`X-Test-From: ${from}`]),
    `Authorization: ${xMatrixHeader({ origin, destination: self, keyId: "ed25519:a_1", signature })}`,
  ]);
/** The JSON of a body that came in chunks. */
const jsonOf = (body: string): unknown => JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? "");
const refusalForm = z.object({ errcode: z.string(), error: z.string() });
const comparable = ({ status, headers, body }: RawAnswer): string =>
  `${status}\n${headers.replace(/^date:.*$/im, "date")}\n${body}`;

describe("nginx before a real Synapse", () => {
  let server: Awaited<ReturnType<typeof plainSynapse>>;
  let port: number;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    server = await plainSynapse("leak", { extra: { federation_domain_whitelist: [a] } });
    const rules = join(folder, "rules");
    const addresses = {
      partners: { [a]: [must(parseCidr("192.0.2.0/24"))] },
      probes: [must(parseCidr("203.0.113.9"))],
    };
    const position = { epoch: 1, version: 1, digest: `sha256:${"A".repeat(43)}` };
    await writeFile(rules, TEMPLATES.nginx.render({ audience: self, position, names: [a], addresses }));
    const upstream = `http://127.0.0.1:${server.plain}`;
    ({ port, stop } = await startNginx({ folder: join(folder, "nginx"), rules, upstream }));
  });
  afterAll(async () => {
    await stop();
    await server.running.stop();
  });

  it("closes the leak by which anybody can ask a Synapse whom it lists", async () => {
    // The leak, as it is without the proxy: unsigned, the two names are answered differently.
    expect([(await asks(server.plain, a)).status, (await asks(server.plain, stranger)).status]).toEqual([401, 403]);
    const refusal = comparable(await asks(port, stranger));
    expect(refusal).toMatch(/^403\n/);
    for (const origin of [a, stranger]) {
      for (const from of [undefined, "198.51.100.1", "203.0.113.10"]) {
        expect(comparable(await asks(port, origin, from)), `${origin} from ${from}`).toBe(refusal);
      }
    }
    expect(comparable(await asks(port, stranger, "192.0.2.1"))).toBe(refusal);
  });

  it("lets the partner and the portal's probe see what Synapse says, in words that the probe understands", async () => {
    const verdict = async (origin: ServerName, from: string): Promise<string> => {
      const { status, body } = await asks(port, origin, from);
      const { errcode, error } = refusalForm.parse(jsonOf(body));
      return `${status} ${verdictOf(status, errcode, error)}`;
    };
    expect(await verdict(a, "192.0.2.1")).toBe("401 listed_or_open");
    expect(await verdict(a, "203.0.113.9")).toBe("401 listed_or_open");
    expect(await verdict(stranger, "203.0.113.9")).toBe("403 not_listed");
    expect(await verdict(a, "198.51.100.1")).toBe("403 not_listed");
  });

  it("leaves Synapse's keys and its clients' routes as they were", async () => {
    const get = (path: string) => sendRaw(port, [`GET ${path} HTTP/1.1`, `Host: ${self}`]);
    expect(jsonOf((await get("/_matrix/key/v2/server")).body)).toMatchObject({ server_name: self });
    expect((await get("/_matrix/client/versions")).status).toBe(200);
    expect((await get("/.well-known/matrix/server")).status).toBe(200);
  });
});

describe("a real Synapse without the module, and a file", () => {
  it("awaits its restart until it is read back, and is closed to nobody by an empty list", async () => {
    const path = join(folder, "tillit.yaml");
    const nobody = { audience: self, position: { epoch: 0, version: 0, digest: "sha256:none" }, names: [] };
    await writeFile(path, TEMPLATES.synapse.render(nobody));
    const server = await plainSynapse("file", { alsoReads: [path] });
    let running: RunningSynapse = server.running;
    try {
      const { baseUrl, registrationSecret: secret } = running;
      const user = await registerUser({ baseUrl, serverName: self, ca: ca.pem, secret, name: "reader" });
      const tokenFile = join(folder, "token");
      await writeFile(tokenFile, `${user.accessToken}\n`, { mode: 0o600 });
      const readBack = { synapse: `http://127.0.0.1:${server.plain}/`, tokenFile };
      const form = fileSettingsForm.parse({ template: "synapse", path, readBack });
      const connector = fileConnector({ serverName: self, form, clock: systemClock, http: localHttp });
      const authority = newAuthority("federation.example", self, systemClock.now);
      const effective = async () => must(await connector.observe(soon())).effective[0]?.policy;

      expect(await effective()).toEqual({ mode: "closed", allow: new Set() });
      expect((await asks(server.plain, a)).status).toBe(403);
      const change = authority.next([a]);
      expect(must(await connector.apply(change, soon()))).toBe("awaiting_restart");
      expect(must(await connector.apply(change, soon()))).toBe("awaiting_restart");
      expect(must(await connector.observe(soon())).stored).toEqual({ mode: "closed", allow: new Set([a]) });
      expect(await effective()).toEqual({ mode: "closed", allow: new Set() });

      await running.stop();
      running = await startSynapse(server.options);
      expect(await effective()).toEqual({ mode: "closed", allow: new Set([a]) });
      expect(must(await connector.apply(change, soon()))).toBe("applied");
      expect([(await asks(server.plain, a)).status, (await asks(server.plain, stranger)).status]).toEqual([401, 403]);
    } finally {
      await running.stop();
    }
  });

  it("that has no list at all is called open, with the alarm", async () => {
    const server = await plainSynapse("open", {});
    try {
      const { baseUrl, registrationSecret: secret } = server.running;
      const user = await registerUser({ baseUrl, serverName: self, ca: ca.pem, secret, name: "reader" });
      const tokenFile = join(folder, "token-open");
      await writeFile(tokenFile, user.accessToken, { mode: 0o600 });
      const readBack = { synapse: `http://127.0.0.1:${server.plain}/`, tokenFile };
      const form = fileSettingsForm.parse({ template: "synapse", path: join(folder, "absent.yaml"), readBack });
      const connector = fileConnector({ serverName: self, form, clock: systemClock, http: localHttp });
      const seen = must(await connector.observe(soon()));
      expect(seen.alarms).toEqual(["open"]);
      expect(seen.effective[0]?.policy).toEqual({ mode: "open" });
      expect(seen.stored).toEqual({ mode: "unknown", why: "no_file" });
    } finally {
      await server.running.stop();
    }
  });
});
