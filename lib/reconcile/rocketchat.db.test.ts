import { beforeEach, expect, test } from "vitest";
import { RocketChatServer } from "#lib/connectors/rocketchat/simulator/server.ts";
import { readTable } from "#lib/connectors/rocketchat/simulator/table.ts";
import { httpOver } from "#lib/connectors/rocketchat/subject.fixture.ts";
import { credentialContext } from "#lib/domain/enforcement.ts";
import type { Http } from "#lib/platform/http.ts";
import { newId } from "#lib/platform/ids.ts";
import { newSealingKeyPair, seal } from "#lib/platform/sealing.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { newReach } from "./reach.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

const CACHE = 60_000;
const SETTLED = CACHE + 250;
const sealing = { ...newSealingKeyPair(), keyId: `x25519:${newId()}` };
const FIELDS = { userId: "tillit", authToken: "secret-token" } as const;

let world: World;
let synapse: Member;
let rocket: Member;
let chat: RocketChatServer;
let reach: ReturnType<typeof newReach>;
let http: Http;

/** Has the server run Rocket.Chat, and gives the worker a credential to it, sealed as the web seals it. */
const becomeRocketChat = async (member: Member): Promise<void> => {
  const { sql } = world;
  const baseUrl = `https://${member.name}`;
  await sql(`UPDATE homeserver SET platform = 'rocketchat' WHERE id = $1`, [member.id]);
  const [point] = await sql(
    `UPDATE enforcement_point SET kind = 'rocketchat', base_url = $2 WHERE homeserver_id = $1 RETURNING id::text`,
    [member.id, baseUrl],
  );
  const place = {
    agency: member.agency,
    homeserver: member.id,
    point: String(point?.["id"]),
    kind: "rocketchat",
    baseUrl,
  };
  const sealed = Object.fromEntries(
    Object.entries(FIELDS).map(([field, secret]) => [
      field,
      seal(sealing.publicKey, credentialContext({ ...place, field }), secret),
    ]),
  );
  await sql(`INSERT INTO sealing_key (id, public_key, published_at) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, [
    sealing.keyId,
    sealing.publicKey,
  ]);
  await sql(
    `INSERT INTO credential (id, agency_id, homeserver_id, enforcement_point_id, kind, field_names, sealed, key_id, state,
       given_by, given_at, tested_at, test_code, active_since)
     VALUES ($1, $2, $3, $4, 'rocketchat', $5, $6, $7, 'active', $8, 1, 1, 'passed', 1)`,
    [newId(), place.agency, place.homeserver, place.point, Object.keys(FIELDS), sealed, sealing.keyId, newId()],
  );
};

const round = (member: Member) =>
  reconcileHomeserver(
    { ...world.deps, http, reach },
    { homeserver: member.id, traceId: "t", signal: new AbortController().signal },
  );
const states = async (from: Member, to: Member) =>
  Object.fromEntries(Object.entries(await world.stations(from, to)).map(([station, { state }]) => [station, state]));
const kinds = async (member: Member) =>
  (await world.sql(`SELECT kind FROM audit WHERE subject = $1 ORDER BY seq`, [`hs_${member.id}`])).map(
    ({ kind }) => kind,
  );
const openBoth = async () => {
  const agreement = await world.agree(agreementOf(synapse.name, rocket.name), synapse, rocket);
  await round(rocket);
  await round(synapse);
  world.clock.advance(SETTLED);
  await round(rocket);
  return agreement;
};

beforeEach(async () => {
  world = await newWorld(await ownTables());
  synapse = await world.addServer("synapse");
  rocket = await world.addServer("rocket");
  await becomeRocketChat(rocket);
  chat = new RocketChatServer(rocket.name, readTable(), "none.invalid", world.clock);
  const chatHttp = httpOver(chat);
  http = (url, request) => (new URL(url).hostname === rocket.name ? chatHttp(url, request) : world.http(url, request));
  reach = newReach(http, world.clock, sealing);
});

test("two consents are stored at once, called in force a minute later, and only once a probe from outside agrees", async () => {
  // The server has just read its list: what comes now it sees in a minute.
  await round(rocket);
  await world.agree(agreementOf(synapse.name, rocket.name), synapse, rocket);
  const pushed = await round(rocket);
  expect(chat.stored()).toBe(synapse.name);
  expect(pushed).toMatchObject({ status: "on_its_way", sent: 1, failed: false, next: world.clock.now() + SETTLED });
  expect(await states(synapse, rocket)).toEqual({ stored: "reached", effective: "not_yet", observed: "not_yet" });
  world.clock.advance(CACHE - 1);
  expect((await round(rocket)).status).toBe("on_its_way");
  world.clock.advance(251);
  expect(await round(rocket)).toMatchObject({ status: "in_force", sent: 0 });
  expect(await states(synapse, rocket)).toEqual({ stored: "reached", effective: "reached", observed: "reached" });
  expect((await round(synapse)).status).toBe("in_force");
  expect(await states(rocket, synapse)).toEqual({ stored: "reached", effective: "reached", observed: "reached" });
});

test("a revocation writes a list of nobody, and is called shut only when the door is seen shut", async () => {
  const agreement = await openBoth();
  await world.decide(agreement, "revoke");
  expect((await round(rocket)).status).toBe("on_its_way");
  expect(chat.stored()).toBe("none.invalid");
  expect(await states(synapse, rocket)).toMatchObject({ stored: "reached", effective: "not_yet", observed: "not_yet" });
  world.clock.advance(SETTLED);
  expect((await round(rocket)).status).toBe("shut");
  expect(await states(synapse, rocket)).toEqual({ stored: "reached", effective: "reached", observed: "reached" });
});

test("a name added by hand is removed in the round that finds it, and both stand in the log", async () => {
  await openBoth();
  chat.set(`${synapse.name},chat.evil.example`);
  world.clock.advance(1000);
  await round(rocket);
  expect(chat.stored()).toBe(synapse.name);
  expect((await kinds(rocket)).slice(-2)).toEqual(["drift.found", "drift.removed"]);
});

test("a name taken off by hand is never put back, not even by the push of another agreement meanwhile", async () => {
  await openBoth();
  chat.set("none.invalid");
  const other = await world.addServer("other");
  await world.agree(agreementOf(other.name, rocket.name), other, rocket);
  world.clock.advance(1000);
  expect((await round(rocket)).status).toBe("shut_locally");
  expect(chat.stored()).not.toContain(synapse.name);
  world.clock.advance(1000);
  expect((await round(rocket)).status).toBe("shut_locally");
  expect(chat.stored()).toBe(other.name);
  world.clock.advance(SETTLED);
  await round(rocket);
  expect(chat.stored()).toBe(other.name);
  expect(await states(other, rocket)).toEqual({ stored: "reached", effective: "reached", observed: "reached" });
});

test("a worker that begins anew leaves what is in force in force, and still sees a name taken off by hand", async () => {
  await openBoth();
  reach = newReach(http, world.clock, sealing);
  expect(await round(rocket)).toMatchObject({ status: "in_force", sent: 0 });
  expect(await states(synapse, rocket)).toEqual({ stored: "reached", effective: "reached", observed: "reached" });
  chat.set("none.invalid");
  reach = newReach(http, world.clock, sealing);
  expect((await round(rocket)).status).toBe("shut_locally");
  expect(chat.stored()).toBe("none.invalid");
});

test("a build that matches by suffix is never called in force: its list holds less than it says", async () => {
  chat.conduct.matching = "suffix";
  await openBoth();
  const head = await world.headOf(rocket);
  expect(head).toMatchObject({ status: "differs", status_detail: { code: "suffix_match" } });
});

test("an empty list put there by hand is open to everyone, an alarm, and shut again at once", async () => {
  await openBoth();
  chat.set("");
  world.clock.advance(SETTLED);
  const found = await round(rocket);
  expect(chat.stored()).toBe(synapse.name);
  expect(found.status).toBe("open_alarm");
  world.clock.advance(SETTLED);
  expect((await round(rocket)).status).toBe("in_force");
});

test("what a server refuses is said by its own code, and an agency that only observes is never written to", async () => {
  chat.conduct.twoFactor = true;
  await world.agree(agreementOf(synapse.name, rocket.name), synapse, rocket);
  expect((await round(rocket)).status).toBe("differs");
  expect(await world.headOf(rocket)).toMatchObject({ status_detail: { code: "two_factor_required" } });
  chat.conduct.twoFactor = false;
  chat.set("somebody.example");
  await world.sql(`UPDATE homeserver SET mode = 'observe' WHERE id = $1`, [rocket.id]);
  world.clock.advance(CACHE);
  expect((await round(rocket)).status).toBe("observe_only");
  expect(chat.stored()).toBe("somebody.example");
});
