import { afterEach, expect, test } from "vitest";
import { ok } from "#lib/domain/result.ts";
import type { Http } from "#lib/platform/http.ts";
import { TEST_CERTIFICATE } from "#lib/platform/test-certificate.ts";
import { detectInterface } from "./detect.ts";
import { type EssProcess, startEss } from "./element-ess/subject.ts";
import { simulatedSynapse } from "./synapse/subject.ts";

let server: EssProcess | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test("tells the suite's gateway, and a server of the suite without that module from one with it", async () => {
  server = await startEss();
  const where = { url: `https://127.0.0.1:${server.port}/`, ca: TEST_CERTIFICATE };
  expect(await detectInterface(server.http.fetch, where)).toBe("element_ess");
  await server.trouble({ absent: true });
  expect(await detectInterface(server.http.fetch, where)).toBe("neither");
});

test("tells the module in a Synapse", async () => {
  const { connector, authority } = await simulatedSynapse({ beforeFirstList: "closed" });
  let through: Http | undefined;
  await connector((http) => {
    through = http;
    return http;
  }).apply(authority.next([]), AbortSignal.timeout(1_000));
  if (through === undefined) throw new Error("no way in");
  expect(await detectInterface(through, { url: "https://chat.self.example" })).toBe("synapse_module");
});

test("takes a page that answers 200 to everything for neither", async () => {
  const page: Http = async (url) =>
    ok({ status: 200, headers: {}, body: new TextEncoder().encode("<html>sign in</html>"), url });
  expect(await detectInterface(page, { url: "https://a.example" })).toBe("neither");
});
