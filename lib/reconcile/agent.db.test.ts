import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Agent } from "#lib/agent/agent.ts";
import { LocalDeny } from "#lib/agent/deny.ts";
import { enrolAt } from "#lib/agent/enrol.ts";
import { type Identity, pinsOf, type Rules, USUAL_RULES } from "#lib/agent/identity.ts";
import { portalAt } from "#lib/agent/portal.ts";
import { ServerDouble } from "#lib/agent/server.fixture.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { DAY, HOUR, instant, MINUTE } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import { answerPull } from "#lib/operations/answer-pull.ts";
import { enrolAnAgent } from "#lib/operations/enrol-agent.ts";
import { takeReceipt } from "#lib/operations/take-receipt.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import type { Http } from "#lib/platform/http.ts";
import { newId } from "#lib/platform/ids.ts";
import { LAW_STATUS } from "#lib/signing/documents.ts";
import { fingerprintOf, newKeyPair, type SigningKeys, signConsent } from "#lib/signing/signing.ts";
import { agentFor } from "./agent.fixture.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { publishKeys } from "./keys.ts";
import { agreementOf } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let a: Member;
let b: Member;
let keys: SigningKeys;
let server: ServerDouble;
let folder: string;
let identity: Identity;
let up = true;
let serial = 1;
const signal = new AbortController().signal;

/** The portal's own three operations, by the wire, at the test's own time. */
const http: Http = async (url, request = {}) => {
  if (!up) return err({ code: "refused", detail: "the link is down" });
  const asking = { now: world.clock.now(), traceId: "t", signal };
  const text = String(request.body);
  const route = new URL(url).pathname.split("/").at(-1);
  const act = { enrolment: enrolAnAgent, pull: answerPull, receipts: takeReceipt }[route ?? ""];
  const result = await act?.(text, asking);
  if (result === undefined) throw new Error(url);
  const [status, said] = result.ok
    ? [result.value === undefined ? 204 : 200, result.value]
    : [LAW_STATUS[result.error.code], { errcode: result.error.code, error: result.error.detail }];
  return ok({ status, headers: {}, url, body: new TextEncoder().encode(JSON.stringify(said ?? null)) });
};
const portal = portalAt("https://portal.example", http, undefined);

const round = (member: Member) =>
  reconcileHomeserver({ ...world.deps, keys }, { homeserver: member.id, traceId: "t", signal });
const status = async () => {
  const head = await world.headOf(b);
  return [head?.["status"], Object(head?.["status_detail"]).code];
};
const begin = async (rules: Partial<Rules> = {}): Promise<Agent> => {
  const pins = pinsOf(identity, { ...USUAL_RULES, ...rules });
  if (!pins.ok) throw new Error(pins.error);
  const means = { identity, portal, connector: server.connector, deny: new LocalDeny(undefined), folder, lease: HOUR };
  return Agent.load({ ...means, pins: pins.value, clock: world.clock, software: "test 1", say: () => undefined });
};
const publish = () => publishKeys("/nowhere", keys.keyset, world.clock.now(), "t");

beforeAll(async () => {
  world = await newWorld(await ownTables());
  keys = world.keys;
  await publish();
  const bytes = JSON.stringify({ key_id: "ed25519:root", key: world.root, fingerprint: fingerprintOf(world.root) });
  await world.sql(
    `INSERT INTO signed_document (id, kind, epoch, version, digest, bytes, issued_at, trace_id)
     VALUES ($1, 'root_key', 0, 0, $2, $3, 1, 't')`,
    [newId(), digestOfBytes(bytes), bytes],
  );
});
beforeEach(async () => {
  up = true;
  folder = await mkdtemp(join(tmpdir(), "agent-"));
  a = await world.addServer("a");
  b = await world.addServer("b");
  server = new ServerDouble(world.clock);
  world.mischief.set(b.name, { lets: (origin) => server.lets(origin) });
  const { code } = await agentFor(world, b);
  const means = { clock: world.clock, software: "test 1", signal };
  const enrolled = await enrolAt(portal, b.name, { code, fingerprints: [fingerprintOf(world.root)] }, means);
  if (!enrolled.ok) throw new Error(enrolled.error);
  identity = enrolled.value;
});
afterEach(() => rm(folder, { recursive: true }));

const settle = async (agent: Agent): Promise<void> => {
  await round(a);
  await round(b);
  const turned = await agent.turn(0, signal);
  if (!turned.ok) throw new Error(`${turned.error.code} ${turned.error.detail}`);
  await round(b);
};

test("between the portal's own operations and the agent program, two consents open the door and one revocation shuts it", async () => {
  const agent = await begin();
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await settle(agent);
  expect([await status(), server.lets(a.name)]).toEqual([["in_force", ""], true]);
  await world.decide(agreement, "revoke");
  await settle(agent);
  expect([await status(), server.lets(a.name)]).toEqual([["shut", ""], false]);
});

test("a revocation made while the link is cut holds as soon as the link is back, and the page says since when it is cut", async () => {
  const agent = await begin();
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await settle(agent);
  up = false;
  await world.decide(agreement, "revoke");
  await round(b);
  world.clock.advance(HOUR);
  expect((await agent.turn(0, signal)).ok).toBe(false);
  await round(b);
  expect(await status()).toEqual(["unreachable", "agent_silent"]);
  up = true;
  await settle(agent);
  expect([await status(), server.lets(a.name)]).toEqual([["shut", ""], false]);
});

test("what stands in the agent's way at its server is said by its own code, and mended in the next round", async () => {
  const agent = await begin();
  await settle(agent);
  server.fault = { code: "disk_full", detail: "make room", kind: "away" };
  await world.agree(agreementOf(a.name, b.name), a, b);
  await settle(agent);
  expect(await status()).toEqual(["differs", "disk_full"]);
  server.fault = undefined;
  world.clock.advance(MINUTE);
  await settle(agent);
  expect(await status()).toEqual(["in_force", ""]);
});

test("a new list key is followed without a word, through a restart, and the old one signs nothing any more", async () => {
  const agent = await begin();
  await world.agree(agreementOf(a.name, b.name), a, b);
  await settle(agent);
  world.clock.advance(MINUTE);
  serial += 1;
  const old = keys;
  keys = world.next(keys.epoch, serial);
  await publish();
  await settle(await begin());
  expect([await status(), server.lets(a.name)]).toEqual([["in_force", ""], true]);
  expect((await begin()).held?.version).toBeGreaterThan(1);
  expect(old.signer.keyId).not.toBe(keys.signer.keyId);
});

test("a portal restored from an older copy goes on under a new epoch, and its lists are taken", async () => {
  const agent = await begin();
  await world.agree(agreementOf(a.name, b.name), a, b);
  await settle(agent);
  world.clock.advance(MINUTE);
  keys = world.next(keys.epoch + 1, serial);
  await publish();
  await settle(agent);
  expect(agent.held).toMatchObject({ epoch: keys.epoch, version: 1 });
  expect([await status(), server.lets(a.name)]).toEqual([["in_force", ""], true]);
});

test("where the operator asks for consents the door opens only by what the agency signed, and not for other terms", async () => {
  const [own, signer] = [newKeyPair(), "orgnr:202100-0001"];
  const keys = { [signer]: { "ed25519:c1": own.publicKey } };
  const agent = await begin({ requireConsents: true, consentKeys: keys });
  const [from, until] = [instant(world.clock.now() - DAY), instant(world.clock.now() + 30 * DAY)];
  const made = await world.agree(agreementOf(a.name, b.name, { start: from, end: until }), a, b);
  await settle(agent);
  expect(server.lets(a.name)).toBe(false);
  const give = async (digest: string): Promise<void> => {
    const [reason, servers] = [toPublicId("agr", made.id), [b.name, a.name] as const];
    const content = { federation: identity.federation, reason, digest, servers, from, until };
    const by = { keyId: "ed25519:c1", privateKey: own.privateKey };
    const signatures = JSON.stringify([{ servers, signature: signConsent(content, signer, by) }]);
    await world.sql(`INSERT INTO agency_consent VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ed25519:c1', $9, $10, $11)`, [
      newId(),
      made.id,
      b.agency,
      newId(),
      signer,
      digest,
      from,
      until,
      own.publicKey,
      signatures,
      world.clock.now(),
    ]);
  };
  await give(`sha256:${"A".repeat(43)}`);
  await settle(agent);
  expect(server.lets(a.name)).toBe(false);
  await give(made.digest);
  await settle(agent);
  expect([await status(), server.lets(a.name)]).toEqual([["in_force", ""], true]);
});
