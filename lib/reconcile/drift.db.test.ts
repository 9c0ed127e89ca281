import { beforeEach, expect, test } from "vitest";
import type { Connector, Instance, Observed } from "#lib/connectors/connector.ts";
import type { Policy } from "#lib/domain/allow-list.ts";
import { instant } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
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
      const instance: Instance = { name: "one", ...position, seenAt: instant(now()) };
      const policy: Policy = { mode: "closed", allow: new Set(names) };
      const seen: Observed = { stored: policy, effective: [{ ...instance, policy }], position, alarms: [], detail: "" };
      return ok(seen);
    },
    apply: async ({ list }) => {
      applied += 1;
      names = new Set(list.names);
      position = { epoch: list.epoch, version: list.version, digest: list.digest };
      return ok("awaiting_restart");
    },
    resetDestination: false,
  };
  return {
    connector,
    names: () => names,
    applied: () => applied,
    edit: (edit: (held: Set<ServerName>) => void) => edit(names),
  };
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
  world.clock.advance(1000);
  await world.sql(
    `INSERT INTO list_release (id, homeserver_id, kind, digest, person_id, reason, at)
     VALUES ($1, $2, 'put_back', $3, $4, 'mended', $5)`,
    [newId(), a.id, b.name, newId(), world.clock.now()],
  );
  world.clock.advance(1000);
  await round();
  expect(vendor.names().has(b.name)).toBe(true);
});

test("a list that a server has lost altogether is sent again", async () => {
  vendor = plainVendor(() => world.clock.now());
  await round();
  expect([...vendor.names()]).toEqual([b.name]);
});
