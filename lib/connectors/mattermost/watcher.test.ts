import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type HttpClient, newHttp } from "#lib/platform/http.ts";
import { TEST_CERTIFICATE } from "#lib/platform/test-certificate.ts";
import { BRIDGE_SECRET, MATTERMOST_TOKEN, startMattermost } from "./simulator.ts";
import { watchMattermost } from "./watcher.ts";

let server: Awaited<ReturnType<typeof startMattermost>>;
let http: HttpClient;
beforeAll(async () => {
  server = await startMattermost();
  http = newHttp({ allowPrivateAddresses: true });
});
beforeEach(() => server.be({}));
afterAll(async () => {
  http.close();
  await server.stop();
});

const watch = (token = MATTERMOST_TOKEN) =>
  watchMattermost({ url: server.url, ca: TEST_CERTIFICATE, token, http: http.fetch }, AbortSignal.timeout(10_000));
const seen = async () => {
  const result = await watch();
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = async (token?: string) => {
  const result = await watch(token);
  return result.ok ? "seen" : `${result.error.kind} ${result.error.code}`;
};

test("a Mattermost is watched: version, bridge running, and which homeserver stands behind it by its own word", async () => {
  expect(await seen()).toEqual({
    version: "11.9.0",
    bridge: "running",
    sync: true,
    address: server.url,
    server: "chat.behind.example",
  });
});

test("a bridge that is off, missing on one node, or not installed is told apart", async () => {
  await server.be({ nodes: [2, 4] });
  expect((await seen()).bridge).toBe("off");
  await server.be({ enabled: false });
  expect((await seen()).bridge).toBe("off");
  await server.be({ plugins: "without_bridge" });
  expect((await seen()).bridge).toBe("absent");
  await server.be({ plugins: "disabled" });
  expect((await seen()).bridge).toBe("absent");
});

test("a homeserver that cannot be asked is unknown, never guessed from its address", async () => {
  for (const address of ["http://synapse:8008", "https://127.0.0.1:1", "", "not an address"]) {
    await server.be({ address });
    expect((await seen()).server, address).toBeUndefined();
  }
  await server.be({ serverName: "not a name" });
  expect((await seen()).server).toBeUndefined();
});

test("a token refused or without the permission has a state of its own", async () => {
  expect(await codeOf("wrong")).toBe("refuses credential_refused");
  await server.be({ permitted: false });
  expect(await codeOf()).toBe("refuses permission_missing");
});

test("the bridge's own tokens, which stand beside what is looked at, come no further than the parse", async () => {
  expect(JSON.stringify(await watch())).not.toContain(BRIDGE_SECRET);
});
