import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { LocalDeny } from "./deny.ts";
import { loadIdentity, saveIdentity } from "./identity.ts";
import { pauseAfter } from "./run.ts";
import { newScene, type Scene } from "./scene.fixture.ts";

const [self, a, b] = ["self.example", "a.example", "b.example"] as [ServerName, ServerName, ServerName];

let scene: Scene;
let folder: string;
let clock: Scene["clock"];
let double: Scene["portal"];
let server: Scene["server"];
let said: Scene["said"];
let signal: AbortSignal;
const enrol: Scene["enrol"] = (over) => scene.enrol(over);
const begin: Scene["begin"] = (over) => scene.begin(over);
const last = () => double.receipts.at(-1);
const late = () => ({ ...clock, now: () => (clock.now() - HOUR) as ReturnType<typeof clock.now> });

beforeEach(async () => {
  scene = await newScene();
  ({ folder, clock, portal: double, server, said, signal } = scene);
});
afterEach(() => scene.close());

describe("enrolling", () => {
  it("pins the root key whose fingerprint was given apart, and keeps its own key to itself", async () => {
    const enrolled = await enrol();
    if (!enrolled.ok) throw new Error(enrolled.error);
    await saveIdentity(folder, enrolled.value);
    expect(enrolled.value.rootKeys).toEqual(double.authority.rootKeys);
    expect(double.key?.id).toBe(enrolled.value.keyId);
    expect((await loadIdentity(folder, self)).ok).toBe(true);
    expect(await loadIdentity(folder, a)).toMatchObject({ ok: false, error: expect.stringContaining("enrol anew") });
  });

  it("pins nothing where the portal shows another root key, and none where no fingerprint is given", async () => {
    const other = await enrol({ fingerprints: ["0000 0000 0000 0000 0000 0000 0000 0000"] });
    expect(other).toMatchObject({ ok: false, error: expect.stringContaining("nothing was pinned") });
    expect((await enrol({ fingerprints: [] })).ok).toBe(false);
  });

  it("says of a code used before that a new one is needed", async () => {
    const code = double.code ?? "";
    await enrol();
    expect(await enrol({ code })).toMatchObject({ ok: false, error: expect.stringContaining("make a new one") });
  });

  it("says where the own clock is wrong, and does not set it", async () => {
    expect(await enrol({ clock: late() })).toMatchObject({
      ok: false,
      error: expect.stringContaining("clock is wrong"),
    });
  });
});

describe("an agent that enrolled", () => {
  beforeEach(() => scene.enrolled());

  it("leaves the server as it is before the first list, then holds just what is listed and says so", async () => {
    const agent = await begin();
    await agent.turn(0, signal);
    expect(server.writes).toBe(0);
    double.sign([a, b]);
    await agent.turn(0, signal);
    expect([server.lets(a), server.lets(b), server.lets("c.example" as ServerName)]).toEqual([true, true, false]);
    expect(last()).toMatchObject({ version: 1, mode: "enforce", stale: false, instances: [{ version: 1 }] });
    double.sign([a]);
    await agent.turn(0, signal);
    expect(server.lets(b)).toBe(false);
    expect(last()).toMatchObject({ version: 2 });
  });

  it("asks for nothing that it holds, writes nothing twice, and reports again only what is news or five minutes old", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    for (let second = 0; second < 240; second += 10) {
      clock.advance(10 * SECOND);
      await agent.turn(0, signal);
    }
    expect([server.writes, double.receipts.length]).toEqual([1, 1]);
    clock.advance(MINUTE);
    await agent.settle(signal);
    expect(double.receipts.length).toBe(2);
  });

  it("takes off what another hand added to the server's list, within a minute", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    server.allow = new Set([a, b]);
    clock.advance(MINUTE);
    await agent.settle(signal);
    expect(server.lets(b)).toBe(false);
  });

  it("obeys the local deny file, and shuts everything where that was never readable", async () => {
    const path = join(folder, "deny");
    await writeFile(path, `# ours\n${a}\n`);
    double.sign([a, b]);
    const agent = await begin({ deny: new LocalDeny(path) });
    await agent.turn(0, signal);
    expect([server.lets(a), server.lets(b), last()?.local_deny]).toEqual([false, true, [a]]);
    await writeFile(path, "not a name !\n");
    clock.advance(MINUTE);
    await agent.settle(signal);
    expect([server.lets(a), server.lets(b)]).toEqual([false, true]);
    const begun = await begin({ deny: new LocalDeny(join(folder, "nowhere")) });
    await begun.settle(signal);
    expect(server.lets(b)).toBe(false);
    expect(last()?.software).toMatchObject({ fault: expect.stringContaining("ENOENT") });
  });

  it("goes on with the last list while the portal is away, and through a restart", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    double.up = false;
    expect((await agent.turn(0, signal)).ok).toBe(false);
    server.allow = undefined;
    const again = await begin();
    await again.settle(signal);
    expect([server.lets(a), server.lets(b)]).toEqual([true, false]);
    expect(again.held?.version).toBe(1);
  });

  it("says that its list has grown stale, keeps it where it says keep, and is fresh again with a renewal", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    clock.advance(3 * DAY + 1);
    await agent.settle(signal);
    expect([server.lets(a), last()?.stale]).toEqual([true, true]);
    double.renew(3 * DAY);
    await agent.turn(0, signal);
    expect(last()?.stale).toBe(false);
  });

  it("shuts the server over a stored list that does not hold, takes nothing in its place, and says what to do", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    const path = join(folder, "accepted.json");
    await writeFile(path, (await readFile(path, "utf8")).replaceAll(a, b));
    const again = await begin();
    expect(await again.turn(0, signal)).toMatchObject({ ok: false, error: { code: "stored_list_invalid" } });
    expect([server.lets(a), server.lets(b), again.held]).toEqual([false, false, undefined]);
    expect(last()?.software).toMatchObject({ fault: expect.stringContaining("stored_list_invalid") });
    expect(said.some((line) => line.includes("enrols anew"))).toBe(true);
  });

  it("goes on over a progress file that does not hold: only what was last applied is forgotten", async () => {
    double.sign([a]);
    await (await begin()).turn(0, signal);
    await writeFile(join(folder, "progress.json"), "{");
    clock.advance(MINUTE);
    const again = await begin();
    expect(await again.turn(0, signal)).toEqual({ ok: true, value: true });
    expect([server.lets(a), server.lets(b), double.refused]).toEqual([true, false, []]);
  });

  it("obeys the deny file before the first list and under one that observes, and reports only what it obeys", async () => {
    const path = join(folder, "deny");
    await writeFile(path, `${a}\n`);
    server.allow = new Set([a, b]);
    const agent = await begin({ deny: new LocalDeny(path) });
    await agent.turn(0, signal);
    expect([server.lets(a), server.lets(b), last()?.local_deny]).toEqual([false, true, [a]]);
    double.sign([a, b], { mode: "observe" });
    server.allow = new Set([a, b]);
    clock.advance(MINUTE);
    await agent.turn(0, signal);
    expect([server.lets(a), server.lets(b), last()?.mode, last()?.local_deny]).toEqual([false, true, "observe", [a]]);
  });

  it("shuts an open server before the first list where the deny file is unreadable or names somebody", async () => {
    const path = join(folder, "deny");
    const agent = await begin({ deny: new LocalDeny(path) });
    await agent.turn(0, signal);
    expect([server.lets(b), last()?.software]).toEqual([
      false,
      expect.objectContaining({ fault: expect.stringContaining("local_deny_unreadable") }),
    ]);
    server.allow = undefined;
    await writeFile(path, `${a}\n`);
    const again = await begin({ deny: new LocalDeny(path) });
    await again.turn(0, signal);
    expect([server.lets(a), server.lets(b)]).toEqual([false, false]);
    expect(last()?.software).toMatchObject({ fault: expect.stringContaining("beforeFirstList") });
    expect(last()?.effective_digest).toBe(digestOf({ mode: "closed", allow: [] }));
  });

  it("shuts the server when its stored list was out of reach for longer than the lease, and opens by the list after", async () => {
    const agent = await begin({ lease: 10 * MINUTE });
    double.sign([a]);
    await agent.turn(0, signal);
    expect(last()?.lease_ms).toBe(10 * MINUTE);
    await rename(folder, `${folder}-gone`);
    clock.advance(9 * MINUTE);
    await agent.settle(signal);
    expect(server.lets(a)).toBe(true);
    clock.advance(2 * MINUTE);
    await agent.settle(signal);
    expect(server.lets(a)).toBe(false);
    expect(last()?.software).toMatchObject({ fault: expect.stringContaining("lease_over") });
    await rename(`${folder}-gone`, folder);
    clock.advance(MINUTE);
    await agent.settle(signal);
    expect(server.lets(a)).toBe(true);
  });

  it("writes its list again where another hand took it from the disk while it runs", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    await rm(join(folder, "accepted.json"));
    await agent.settle(signal);
    expect((await begin()).held?.version).toBe(1);
  });

  it("lives through a server that breaks while it is looked at, and says so", async () => {
    const broken = { ...server.connector, observe: () => Promise.reject(new Error("no such interface")) };
    const agent = await begin({ connector: broken });
    double.sign([a]);
    expect(await agent.turn(0, signal)).toEqual({ ok: true, value: true });
    expect(last()?.software).toMatchObject({ fault: expect.stringContaining("no such interface") });
  });

  it("reports what stands in the way at the server, leaves the door as it was, and tries again", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    server.fault = { code: "disk_full", detail: "make room", kind: "away" };
    double.sign([a, b]);
    await agent.turn(0, signal);
    expect([server.lets(a), server.lets(b)]).toEqual([true, false]);
    expect(last()).toMatchObject({ version: 1, software: { fault: "disk_full: make room" } });
    server.fault = undefined;
    clock.advance(MINUTE);
    await agent.settle(signal);
    expect(server.lets(b)).toBe(true);
    expect(last()?.software).toEqual({ agent: "test 1", target: "double" });
  });

  it("obeys a list that it cannot keep on a full disk: a door that is to be shut does not wait", async () => {
    const agent = await begin();
    double.sign([a]);
    await agent.turn(0, signal);
    const gone = await begin({ folder: join(folder, "gone") });
    double.sign([]);
    await gone.turn(0, signal);
    expect(server.lets(a)).toBe(false);
    expect(said.some((line) => line.startsWith("the list cannot be kept"))).toBe(true);
  });

  it("says by how much its clock is off, and takes no time from the portal", async () => {
    const agent = await begin({ clock: late() });
    const turned = await agent.turn(0, signal);
    expect(turned).toMatchObject({ ok: false, error: { code: "TILLIT_TIME" } });
    expect(said.at(-1)).toContain(`"own_clock_off_ms":${-HOUR}`);
  });

  it("gives sequences that rise across restarts and folders put back from a copy", async () => {
    double.sign([a]);
    await (await begin()).turn(0, signal);
    await writeFile(join(folder, "progress.json"), '{"sequence":0}');
    clock.advance(1);
    await (await begin()).settle(signal);
    expect(double.refused).toEqual([]);
    expect(new Set(double.receipts.map(({ boot }) => boot)).size).toBe(2);
  });
});

it("waits longer after each failure in a row, up to a minute, never twice alike", () => {
  expect([1, 2, 3, 30].map((failures) => pauseAfter(failures, 1))).toEqual([1000, 2000, 4000, 60_000]);
  expect(pauseAfter(1, 0)).toBe(500);
});
