import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setLogLevel } from "#lib/platform/log.ts";
import { reconcileHomeserver } from "#lib/reconcile/homeserver.ts";
import { newNetwork } from "#lib/reconcile/network.fixture.ts";
import { agreementOf } from "#lib/reconcile/scene.fixture.ts";
import { ownTables } from "#lib/reconcile/tables.fixture.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { issue } from "#lib/testing/certificates.ts";
import { diagnoseCommand } from "./diagnose.ts";

let world: World;
let network: ReturnType<typeof newNetwork>;
let a: Member;
let b: Member;

beforeEach(async () => {
  setLogLevel("silent");
  world = await newWorld(await ownTables());
  network = newNetwork(world);
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  await world.agree(agreementOf(a.name, b.name), a, b);
  const signal = new AbortController().signal;
  for (const { id } of [a, b, a])
    await reconcileHomeserver(world.deps, { homeserver: id, traceId: "0".repeat(32), signal });
  await network.serve(a);
  await network.serve(b);
});
afterEach(() => network.close());

const run = async (...args: string[]) => {
  const written = { out: "", error: "" };
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  const quiet = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.error += String(text);
    return true;
  });
  const means = { http: network.client, clock: world.clock, keys: world.keys, resolveSrv: network.resolveSrv };
  const status = await diagnoseCommand(args, means).finally(() => {
    out.mockRestore();
    quiet.mockRestore();
  });
  return { status, ...written };
};

it("tillit diagnose answers both directions in sentences, with status 0 where nothing fails", async () => {
  const { status, out } = await run(a.name, b.name);
  expect(out).toContain(`${a.name} to ${b.name}: yes`);
  expect(out).toContain(`${b.name} to ${a.name}: yes`);
  expect(out).not.toMatch(/\{\w+\}/);
  expect(status).toBe(0);
});

it("tillit diagnose ends with status 1 where a check fails, and says what to do", async () => {
  await network.serve(b, { certificate: issue(["other.example"], network.authority) });
  const { status, out } = await run(a.name, b.name);
  expect(status).toBe(1);
  expect(out).toContain("The certificate is not for");
  expect(out).toContain("→ Get a certificate for the name");
  const json = await run(a.name, b.name, "--json");
  expect(json.status).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ directions: [{ from: a.name, answer: "no" }, { from: b.name }] });
});

it("tillit diagnose names a server that it does not know, and how it is used", async () => {
  expect(await run(a.name, "nobody.example")).toMatchObject({ status: 2, out: "" });
  expect((await run(a.name, "nobody.example")).error).toContain("nobody.example is no homeserver");
  expect((await run(a.name)).status).toBe(64);
});
