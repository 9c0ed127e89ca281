import { beforeAll, beforeEach, expect, test } from "vitest";
import { listFiles } from "#bin/commands/list-files.ts";
import { AGENT_SILENT_AFTER } from "#lib/domain/agent.ts";
import { DAY, HOUR, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { answerPull } from "#lib/operations/answer-pull.ts";
import { takeReceipt } from "#lib/operations/take-receipt.ts";
import { newId } from "#lib/platform/ids.ts";
import { agentFor, codeOf, TestAgent } from "./agent.fixture.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { publishKeys } from "./keys.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let a: Member;
let b: Member;
let agent: TestAgent;
let code: string;

const round = (member: Member) =>
  reconcileHomeserver(world.deps, { homeserver: member.id, traceId: "t", signal: new AbortController().signal });
const status = async (member: Member) => {
  const head = await world.headOf(member);
  return [head?.["status"], Object(head?.["status_detail"]).code];
};
const audited = async (kind: string) =>
  world.sql(`SELECT outcome, code FROM audit WHERE kind = $1 AND subject = $2 ORDER BY seq`, [kind, `hs_${b.id}`]);

beforeAll(async () => {
  world = await newWorld(await ownTables());
  await publishKeys("/nowhere", world.keys.keyset, world.clock.now(), "t");
});
beforeEach(async () => {
  a = await world.addServer("a");
  b = await world.addServer("b");
  const made = await agentFor(world, b);
  code = made.code;
  agent = new TestAgent(world, b, made.point, world.root);
  world.mischief.set(b.name, { lets: (origin) => agent.lets(origin) });
});

const enrolled = async () => {
  expect(codeOf(await agent.enrol(code))).toBe("done");
  await round(b);
  await agent.turn();
  await round(b);
};

test("an agent enrols once by its code, and nothing is signed for its server before", async () => {
  await round(b);
  expect(await status(b)).toEqual(["not_connected", "agent_not_enrolled"]);
  expect(codeOf(await agent.enrol(code))).toBe("done");
  expect(codeOf(await agent.enrol(code))).toBe("TILLIT_FORBIDDEN");
  expect(codeOf(await agent.enrol("never-made-by-anybody"))).toBe("TILLIT_FORBIDDEN");
  expect(await audited("agent.enrolled")).toEqual([
    { outcome: "done", code: null },
    { outcome: "refused", code: "not_permitted" },
  ]);
  expect((await round(b)).signed).toBe("list");
});

test("a code that has run out, or that is for another server, lets nobody in", async () => {
  const other = new TestAgent(world, a, "ep_none", world.root);
  expect(codeOf(await other.enrol(code))).toBe("TILLIT_FORBIDDEN");
  const again = await agentFor(world, b);
  world.clock.advance(DAY + 1);
  expect(codeOf(await agent.enrol(again.code))).toBe("TILLIT_FORBIDDEN");
  await round(b);
  expect(await status(b)).toEqual(["not_connected", "agent_not_enrolled"]);
});

test("two consents are in force once the agent has fetched the list and a probe agrees, and one revocation shuts it", async () => {
  await enrolled();
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  await round(b);
  expect(await status(b)).toEqual(["on_its_way", ""]);
  expect((await agent.turn())?.documents.map(({ kind }) => kind)).toEqual(["list"]);
  await round(b);
  expect(await status(b)).toEqual(["in_force", ""]);
  const states = await world.stations(a, b);
  expect(Object.values(states).map(({ state }) => state)).toEqual(["reached", "reached", "reached"]);
  await world.decide(agreement, "revoke");
  await round(b);
  await agent.turn();
  await round(b);
  expect(await status(b)).toEqual(["shut", ""]);
  expect(agent.lets(a.name)).toBe(false);
});

test("a question waits for news and is answered as soon as there is a list, else by nothing in its time", async () => {
  await enrolled();
  expect(await agent.pull({ wait: 50 })).toEqual({ ok: true, value: undefined });
  await world.agree(agreementOf(a.name, b.name), a, b);
  const waiting = agent.pull({ wait: 40_000 });
  await round(b);
  const answer = await waiting;
  expect(answer.ok && answer.value?.documents.map(({ kind }) => kind)).toEqual(["list"]);
});

test("a question that is given up, and one that a newer one replaces, wait no longer", async () => {
  await enrolled();
  const gone = new AbortController();
  const first = agent.pull({ wait: 40_000 }, gone.signal);
  const second = agent.pull({ wait: 40_000 });
  expect(await first).toEqual({ ok: true, value: undefined });
  const third = agent.pull({ wait: 40_000 }, gone.signal);
  expect(await second).toEqual({ ok: true, value: undefined });
  gone.abort();
  expect(await third).toEqual({ ok: true, value: undefined });
});

test("an old question, one asked twice, one by another key and one for nobody are refused, all alike to a stranger", async () => {
  await enrolled();
  const now = world.clock.now();
  expect(codeOf(await agent.pull({ issuedAt: now - MINUTE - 1 }))).toBe("TILLIT_TIME");
  expect(codeOf(await agent.pull({ issuedAt: now + 6 * SECOND }))).toBe("TILLIT_TIME");
  const twice = agent.question();
  expect(codeOf(await answerPull(twice, agent.asking()))).toBe("done");
  expect(codeOf(await answerPull(twice, agent.asking()))).toBe("TILLIT_NONCE");
  const [point] = await world.sql(`SELECT id::text FROM enforcement_point WHERE homeserver_id = $1`, [b.id]);
  const thief = new TestAgent(world, b, `ep_${String(point?.["id"])}`, world.root);
  expect(codeOf(await thief.pull())).toBe("TILLIT_SIGNATURE");
  const nobody = new TestAgent(world, b, `ep_${newId()}`, world.root);
  expect(codeOf(await nobody.pull())).toBe("TILLIT_FORBIDDEN");
});

test("a receipt that is forged, replayed, or for a list never signed for the server changes nothing", async () => {
  await enrolled();
  const good = agent.receipt();
  expect(codeOf(await takeReceipt(good, agent.asking()))).toBe("done");
  expect(codeOf(await takeReceipt(good, agent.asking()))).toBe("TILLIT_NONCE");
  expect(codeOf(await agent.report({ answers: `sha256:${"A".repeat(43)}` }))).toBe("TILLIT_SUPERSEDED");
  expect(codeOf(await takeReceipt(good.replace(/"version":\d+/, '"version":77'), agent.asking()))).toBe(
    "TILLIT_SIGNATURE",
  );
  await round(b);
  expect(await status(b)).toEqual(["shut", ""]);
});

test("a receipt is no proof: what a probe sees otherwise is said, and a name too many is found", async () => {
  await enrolled();
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(b);
  await agent.turn();
  world.mischief.set(b.name, { lets: () => false });
  await round(b);
  expect((await status(b))[0]).toBe("on_its_way");
  world.mischief.set(b.name, { open: true });
  await round(b);
  expect((await status(b))[0]).toBe("open_alarm");
});

test("what the operator denies is shut locally, told by name, and never put back", async () => {
  await enrolled();
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(b);
  agent.deny.add(a.name);
  await agent.turn();
  await round(b);
  expect(await status(b)).toEqual(["shut_locally", "shut_locally"]);
});

test("a silent agent, a wrong clock and two programs with one key each have a state of their own", async () => {
  await enrolled();
  world.clock.advance(AGENT_SILENT_AFTER + 1);
  await round(b);
  expect(await status(b)).toEqual(["unreachable", "agent_silent"]);
  expect(codeOf(await agent.pull({ issuedAt: world.clock.now() - HOUR }))).toBe("TILLIT_TIME");
  await round(b);
  expect(await status(b)).toEqual(["unreachable", "agent_clock"]);
  await agent.turn();
  await round(b);
  expect(await status(b)).toEqual(["shut", ""]);
  const first = agent.boot;
  agent.boot = newId();
  await agent.turn();
  agent.boot = first;
  await agent.turn();
  await round(b);
  expect(await status(b)).toEqual(["differs", "agent_doubled"]);
});

test("a list is renewed while the agent is in reach, and the renewal alone is fetched", async () => {
  await enrolled();
  world.clock.advance(2 * MINUTE);
  await agent.turn();
  world.clock.advance(4 * MINUTE);
  await agent.pull();
  await round(b);
  expect((await agent.turn())?.documents.map(({ kind }) => kind)).toEqual(["renewal"]);
});

test("an agent let in anew takes the place of the one before", async () => {
  await enrolled();
  const again = await agentFor(world, b);
  const next = new TestAgent(world, b, again.point, world.root);
  expect(codeOf(await next.enrol(again.code))).toBe("done");
  expect(codeOf(await agent.pull())).toBe("TILLIT_SIGNATURE");
  expect(codeOf(await next.pull())).toBe("done");
});

test("the worker judges the receipt again by the enrolled key: what the web alone has put there counts for nothing", async () => {
  await enrolled();
  await world.sql(`UPDATE agent SET receipt_bytes = $2 WHERE key_id = $1`, [agent.keyId, "{}"]);
  await round(b);
  expect(await status(b)).toEqual(["differs", "receipt_invalid"]);
});

test("a list carried as a file is taken by an agent that has no link, and its receipt carried back is believed", async () => {
  await enrolled();
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(b);
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => written.push(String(text)) > 0;
  const status64 = await listFiles(["export", "nobody.example", "more"]);
  const exported = await listFiles(["export", b.name]);
  process.stdout.write = write;
  expect([status64, exported]).toEqual([64, 0]);
  agent.take(JSON.parse(written.join("")));
  expect(agent.lets(a.name)).toBe(true);
  const receipt = agent.receipt();
  world.clock.advance(2 * HOUR);
  expect(codeOf(await takeReceipt(receipt, agent.asking()))).toBe("TILLIT_TIME");
  expect(codeOf(await takeReceipt(receipt, { ...agent.asking(), carried: true }))).toBe("done");
  await round(b);
  expect(await status(b)).toEqual(["in_force", ""]);
});

test("what runs inside the homeserver asks with the server's own pinned key, and needs no code", async () => {
  agent.key = b.key;
  agent.keyId = b.key.keyId;
  expect(codeOf(await agent.pull())).toBe("done");
  expect(await audited("agent.enrolled")).toEqual([{ outcome: "done", code: null }]);
  await world.agree(agreementOf(a.name, b.name), a, b);
  await round(a);
  await round(b);
  await agent.turn();
  await round(b);
  expect(await status(b)).toEqual(["in_force", ""]);
});
