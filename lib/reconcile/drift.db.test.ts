import { beforeEach, expect, test } from "vitest";
import type { Connector, Instance, Observed } from "#lib/connectors/connector.ts";
import type { Policy } from "#lib/domain/allow-list.ts";
import { HOUR, instant, MINUTE } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { newId } from "#lib/platform/ids.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { agreementOf, named } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

/** A vendor whose list anyone with access can edit: it verifies nothing, and says what it holds. */
const plainVendor = (now: () => number) => {
  let names = new Set<ServerName>();
  let position = { epoch: 0, version: 0, digest: "" };
  let applied = 0;
  let half = false;
  let away = false;
  const connector: Connector = {
    kind: "plain",
    limits: {
      takesEffect: "at_once",
      effectWithin: 100,
      maxNames: 100,
      portsInNames: true,
      holdsOutbound: false,
      verifiesSignature: false,
    },
    observe: async () => {
      if (away) return err({ code: "timeout", detail: "", kind: "away" });
      const instance: Instance = { name: "one", ...position, seenAt: instant(now()) };
      const policy: Policy = { mode: "closed", allow: new Set(names) };
      const seen: Observed = { stored: policy, effective: [{ ...instance, policy }], position, alarms: [], detail: "" };
      return ok(seen);
    },
    apply: async ({ list }) => {
      applied += 1;
      names = new Set(half ? list.names.slice(0, 1) : list.names);
      if (half) return err({ code: "timeout", detail: "half of it was written", kind: "away" });
      position = { epoch: list.epoch, version: list.version, digest: list.digest };
      return ok("awaiting_restart");
    },
    resetDestination: false,
  };
  const vendor = {
    connector,
    names: () => names,
    applied: () => applied,
    breakDown: (how: { readonly half?: boolean; readonly away?: boolean }) => {
      half = how.half === true;
      away = how.away === true;
    },
    edit: (edit: (held: Set<ServerName>) => void) => edit(names),
  };
  return vendor;
};

let world: World;
let a: Member;
let b: Member;
let vendor: ReturnType<typeof plainVendor>;

const round = () =>
  reconcileHomeserver(
    { ...world.deps, reach: { ...world.deps.reach, connectorOf: async () => vendor.connector } },
    { homeserver: a.id, traceId: "t", signal: new AbortController().signal },
  );
const putBack = async (name: ServerName) => {
  world.clock.advance(1000);
  await world.sql(
    `INSERT INTO list_release (id, homeserver_id, kind, digest, person_id, reason, at)
     VALUES ($1, $2, 'put_back', $3, $4, 'mended', $5)`,
    [newId(), a.id, name, newId(), world.clock.now()],
  );
  world.clock.advance(1000);
};
const findings = () =>
  world.sql(
    `SELECT server_name, kind, found_at::int8 AS found, ending FROM drift WHERE homeserver_id = $1 ORDER BY id`,
    [a.id],
  );
const kinds = async () =>
  (await world.sql(`SELECT kind FROM audit WHERE subject = $1 ORDER BY seq`, [`hs_${a.id}`])).map(({ kind }) => kind);

beforeEach(async () => {
  world = await newWorld(await ownTables());
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  vendor = plainVendor(() => world.clock.now());
  world.mischief.set(a.name, { lets: (origin) => vendor.names().has(origin) });
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round();
});

test("a name added behind our back is found at the next look, removed at once, and both stand in the log", async () => {
  vendor.edit((held) => held.add(named("chat.evil.example")));
  await round();
  expect([...vendor.names()]).toEqual([b.name]);
  expect((await kinds()).slice(-2)).toEqual(["drift.found", "drift.removed"]);
});

test("a name seen in effect that is gone was shut at the server: it is not put back, however often we look", async () => {
  vendor.edit((held) => held.delete(b.name));
  const before = vendor.applied();
  expect((await round()).status).toBe("shut_locally");
  expect(vendor.applied()).toBe(before);
  for (let again = 0; again < 3; again += 1) {
    world.clock.advance(1000);
    expect((await round()).status).toBe("shut_locally");
  }
  expect(vendor.names().has(b.name)).toBe(false);
  expect(await world.stations(b, a)).toMatchObject({ effective: { state: "failed", shutLocally: true } });
});

test("a name shut at the server comes back when an approver says so", async () => {
  vendor.edit((held) => held.delete(b.name));
  await round();
  await putBack(b.name);
  await round();
  expect(vendor.names().has(b.name)).toBe(true);
  expect(await findings()).toMatchObject([{ server_name: b.name, kind: "shut_locally", ending: "put_back" }]);
  vendor.edit((held) => held.delete(b.name));
  world.clock.advance(1000);
  expect((await round()).status).toBe("shut_locally");
  expect(vendor.names().has(b.name)).toBe(false);
});

test("a list that a server has lost altogether is sent again", async () => {
  vendor = plainVendor(() => world.clock.now());
  await round();
  expect([...vendor.names()]).toEqual([b.name]);
});

test("a finding bears when it was first found, however often it is seen, and stands once in the log", async () => {
  vendor.edit((held) => held.delete(b.name));
  await round();
  const found = world.clock.now();
  for (let again = 0; again < 3; again += 1) {
    world.clock.advance(10 * MINUTE);
    await round();
  }
  expect(await findings()).toMatchObject([{ kind: "shut_locally", found: String(found), ending: null }]);
  expect((await kinds()).filter((kind) => kind === "drift.shut_locally")).toHaveLength(1);
});

test("a name that the server will not let go of is found once, and stays found until it is gone", async () => {
  const evil = named("chat.evil.example");
  const { apply } = vendor.connector;
  let stubborn = true;
  vendor.connector = {
    ...vendor.connector,
    apply: async (change, signal) => {
      const answer = await apply(change, signal);
      if (stubborn) vendor.edit((held) => held.add(evil));
      return answer;
    },
  };
  vendor.edit((held) => held.add(evil));
  for (let again = 0; again < 3; again += 1) await round();
  expect((await world.headOf(a))?.["status"]).toBe("differs");
  expect((await kinds()).filter((kind) => kind === "drift.found")).toHaveLength(1);
  stubborn = false;
  await round();
  expect(await findings()).toMatchObject([{ server_name: evil, kind: "extra", ending: "removed" }]);
});

test("a name shut at the server just before another list is written is not put back by that list", async () => {
  const c = await world.addServer("sk");
  await world.agree(agreementOf(a.name, c.name), a, c);
  vendor.edit((held) => held.delete(b.name));
  const first = await round();
  expect([first.sent, first.next]).toEqual([0, world.clock.now()]);
  await round();
  expect([...vendor.names()]).toEqual([c.name]);
  expect((await world.headOf(a))?.["status"]).toBe("shut_locally");
});

test("a name shut at the server while it was out of reach is not put back when it answers again", async () => {
  vendor.breakDown({ away: true });
  await round();
  vendor.edit((held) => held.delete(b.name));
  world.clock.advance(HOUR);
  await round();
  vendor.breakDown({});
  expect((await round()).status).toBe("shut_locally");
  expect(vendor.names().has(b.name)).toBe(false);
});

test("a push of which half was applied is finished, and nothing of it is taken for shut at the server", async () => {
  const [c, d] = [await world.addServer("sk"), await world.addServer("pm")];
  for (const each of [c, d]) await world.agree(agreementOf(a.name, each.name), a, each);
  vendor.breakDown({ half: true });
  await round();
  expect(vendor.names().size).toBe(1);
  vendor.breakDown({});
  expect((await round()).status).toBe("in_force");
  expect(vendor.names()).toEqual(new Set([b.name, c.name, d.name]));
  expect(await findings()).toEqual([]);
});
