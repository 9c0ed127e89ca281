import { beforeEach, expect, test } from "vitest";
import { MINUTE } from "#lib/domain/instant.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { lookAround } from "./onlooker.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let a: Member;
let b: Member;
const asked: string[] = [];
const look = (member: Member) => lookAround(world.deps, member.id, new AbortController().signal);
const round = ({ id }: Member) =>
  reconcileHomeserver(world.deps, { homeserver: id, traceId: "t", signal: new AbortController().signal });
const surroundings = async ({ id }: Member) =>
  (await world.sql(`SELECT * FROM surroundings WHERE homeserver_id = $1`, [id]))[0];
const paths = () =>
  world.sql(`SELECT from_server_id, to_server_id, outcome FROM path_probe WHERE from_server_id = $1`, [a.id]);

const NEIGHBOUR = { rooms: 3, theirs: 5, ours: 2, received_at: 1_700_000_000_000, received: 9 };

beforeEach(async () => {
  world = await newWorld(await ownTables());
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  await Promise.all([a, b].map(round));
  asked.length = 0;
  world.tells.set(a.name, (ask, server) => {
    asked.push(ask);
    if (ask === "shares") return { servers: { [b.name]: NEIGHBOUR, "not a name": NEIGHBOUR }, cut: false };
    const third = { "third.example": { rooms: 2, people: 4 } };
    if (ask === "exposure") return { server: server ?? "", rooms: 3, ours: 2, theirs: 5, third };
    return { server: server ?? "", outcome: "open", status: 200, errcode: "", said: "Synapse", took_ms: 12 };
  });
});

test("a server tells with whom it shares rooms, who else sits in them, and whether it reaches its partner", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await look(a);
  expect(await surroundings(a)).toMatchObject({
    at: String(world.clock.now()),
    code: null,
    neighbours: { [b.name]: { rooms: 3, theirs: 5, ours: 2, receivedAt: 1_700_000_000_000 } },
    exposure: { [b.name]: { rooms: 3, ours: 2, theirs: 5, third: { "third.example": { rooms: 2, people: 4 } } } },
  });
  expect(Object.keys(Object((await surroundings(a))?.["neighbours"]))).toEqual([b.name]);
  expect(await paths()).toEqual([{ from_server_id: a.id, to_server_id: b.id, outcome: "open" }]);
});

test("before a door is agreed nothing is sent to the other side, but who else is there is asked", async () => {
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await world.sql(`UPDATE agreement SET stage = 'requested' WHERE id = $1`, [agreement.id]);
  await look(a);
  expect(asked).toEqual(["shares", "exposure"]);
  expect(await paths()).toEqual([]);
});

test("a server is asked anew only when it is due", async () => {
  await look(a);
  await look(a);
  expect(asked).toEqual(["shares"]);
  world.clock.advance(5 * MINUTE);
  await look(a);
  expect(asked).toEqual(["shares", "shares"]);
});

test("an operator who allows no such question is noted, and what was told before stands", async () => {
  await look(b);
  expect(await surroundings(b)).toMatchObject({ code: "TILLIT_ASK", at: null, neighbours: {} });
  await look(a);
  const before = await surroundings(a);
  world.tells.delete(a.name);
  world.clock.advance(5 * MINUTE);
  await look(a);
  expect(await surroundings(a)).toMatchObject({
    code: "TILLIT_ASK",
    at: before?.["at"],
    neighbours: before?.["neighbours"],
  });
});

test("an answer about another server, or of another form, is not believed", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  world.tells.set(a.name, (ask) => {
    if (ask === "shares") return { servers: {}, cut: false };
    if (ask === "exposure") return { server: "other.example", rooms: 1, ours: 1, theirs: 1, third: {} };
    return { server: b.name, outcome: "splendid", status: 200, errcode: "", said: "", took_ms: 1 };
  });
  await look(a);
  expect(await surroundings(a)).toMatchObject({ exposure: {} });
  expect(await paths()).toEqual([]);
});

test("a server that nothing is known to drive is asked nothing", async () => {
  await world.sql(`DELETE FROM enforcement_point WHERE homeserver_id = $1`, [a.id]);
  await round(a);
  await look(a);
  expect(asked).toEqual([]);
});
