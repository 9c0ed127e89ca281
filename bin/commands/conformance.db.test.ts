import { beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { conformanceOf } from "#lib/data/conformance.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import { idOf } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { publicHalf, verifySignedJson } from "#lib/platform/signed-json.ts";
import { reportConformance } from "#lib/reconcile/conformance-report.ts";
import { reconcileHomeserver } from "#lib/reconcile/homeserver.ts";
import { agreementOf } from "#lib/reconcile/scene.fixture.ts";
import { ownTables } from "#lib/reconcile/tables.fixture.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { conformance } from "./conformance.ts";

let world: World;
let a: Member;
let b: Member;

const round = ({ id }: Member) =>
  reconcileHomeserver(world.deps, { homeserver: id, traceId: "t", signal: new AbortController().signal });
const run = async (...args: string[]) => {
  const written = { out: "", error: "" };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      written.out += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      written.error += String(text);
      return true;
    }),
  ];
  const status = await conformance(args, () => world.deps).finally(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return { status, ...written };
};
const outcomes = (out: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...out.matchAll(/^(pass|FAIL|not tried) +(\w+)/gm)].map(([, outcome = "", check = ""]) => [check, outcome]),
  );
const stored = async (): Promise<readonly string[]> =>
  (await world.sql(`SELECT bytes FROM conformance_report WHERE homeserver_id = $1 ORDER BY at`, [a.id])).map(
    ({ bytes }) => String(bytes),
  );

beforeEach(async () => {
  world = await newWorld(await ownTables());
  a = await world.addServer("fv");
  b = await world.addServer("ts");
});

test("tillit conformance tries what a server with partners allows, says what it could not, and opens and cuts nothing", async () => {
  await round(a);
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  const { status, out } = await run(a.name);
  expect(outcomes(out)).toEqual({
    read_back: "pass",
    closed: "pass",
    empty_list: "not tried",
    listed: "pass",
    suffix: "pass",
    stale: "pass",
    restart: "not tried",
  });
  expect(status).toBe(0);
  const counted = await asWorker(async (tx) => ok(await conformanceOf(tx, [idOf("hs", a.id), idOf("hs", b.id)])));
  expect(counted.ok && [...counted.value]).toEqual([[a.id, expect.objectContaining({ passed: 5, failed: 0 })]]);
  expect(a.simulator.lets(b.name)).toBe(true);
  expect((await round(a)).signed).toBe("nothing");
});

test("a server without partners is tried with its empty list, and over a restart", async () => {
  await round(a);
  const { out, status } = await run(a.name);
  expect(outcomes(out)).toMatchObject({ empty_list: "pass", closed: "pass", listed: "not tried", suffix: "not tried" });
  expect(status).toBe(0);
  const restart = async (): Promise<undefined> => {
    a.simulator.restart();
    return undefined;
  };
  const deps = { ...world.deps, signal: AbortSignal.timeout(20_000) };
  const report = await reportConformance(deps, { homeserver: a.id, restart });
  if (!report.ok) throw new Error(report.error);
  expect(report.value.findings.at(-1)).toMatchObject({ check: "restart", outcome: "pass" });
  const failing = await run(a.name, "--restart", "echo no such unit >&2; exit 5");
  expect(failing.out).toMatch(/^not tried +restart +the restart failed: no such unit$/m);
});

test("a server that is open, that lets look-alikes in, or that lost a name fails aloud", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  world.mischief.set(a.name, { lets: (origin) => origin.endsWith(b.name) });
  const alike = await run(a.name);
  expect([alike.status, outcomes(alike.out)["suffix"]]).toEqual([1, "FAIL"]);
  expect(alike.out).toContain(`x${b.name}`);
  world.mischief.set(a.name, { open: true });
  expect(outcomes((await run(a.name)).out)["closed"]).toBe("FAIL");
  world.mischief.set(a.name, { lets: () => false });
  expect(outcomes((await run(a.name)).out)["listed"]).toBe("FAIL");
  world.mischief.set(a.name, { fail: "refused" });
  const away = await run(a.name);
  expect(new Set(Object.values(outcomes(away.out)))).toEqual(new Set(["not tried"]));
});

test("the report is signed by the portal's list key over every word, and kept", async () => {
  await round(a);
  const { out } = await run(a.name, "--json");
  expect(await stored()).toEqual([out.trim()]);
  const document: JsonObject = z.record(z.string(), z.json()).parse(JSON.parse(out));
  expect(canonicalJson(document)).toBe(out.trim());
  const { federation, signer } = world.keys;
  const key = publicHalf(signer.privateKey);
  expect(verifySignedJson(document, federation, signer.keyId, key).ok).toBe(true);
  const changed: JsonObject = JSON.parse(out.replace('"not_tried"', '"pass"'));
  expect(verifySignedJson(changed, federation, signer.keyId, key).ok).toBe(false);
});

test("what cannot be tried at all is refused with why, and leaves no report", async () => {
  expect(await run("no.such.example")).toMatchObject({ status: 1 });
  expect(await run()).toMatchObject({ status: 64 });
  const { status, error } = await run(a.name);
  expect([status, error]).toEqual([1, "nothing is signed for this server yet\n"]);
  expect(await stored()).toEqual([]);
});
