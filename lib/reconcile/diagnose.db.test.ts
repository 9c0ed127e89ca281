import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "#lib/domain/diagnosis.ts";
import type { Reason } from "#lib/domain/diagnosis-reasons.ts";
import { idOf } from "#lib/domain/ids.ts";
import { DAY, HOUR, MINUTE } from "#lib/domain/instant.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { issue, testAuthority } from "#lib/testing/certificates.ts";
import { diagnose, type Findings } from "./diagnose.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { type Broken, newNetwork } from "./network.fixture.ts";
import { newReach } from "./reach.ts";
import { agreementOf, named } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let network: ReturnType<typeof newNetwork>;
let a: Member;
let b: Member;

const bringUp = async (member: Member): Promise<void> => {
  const ask = { homeserver: member.id, traceId: "0".repeat(32), signal: new AbortController().signal };
  await reconcileHomeserver(world.deps, ask);
};

const look = async (): Promise<Findings> => {
  const deps = {
    http: network.client,
    clock: world.clock,
    keys: world.keys,
    reach: newReach(network.client, world.clock),
    resolveSrv: network.resolveSrv,
    signal: new AbortController().signal,
  };
  const found = await diagnose(deps, { from: idOf("hs", a.id), to: idOf("hs", b.id) });
  if (found === undefined) throw new Error("a server is gone");
  return found;
};

const reasons = (checks: readonly Check[]): Partial<Record<Check["check"], Reason>> =>
  Object.fromEntries(checks.map(({ check, reason }) => [check, reason]));

/** What is found from A to B when B is broken so, and of the other direction what it leaves untouched. */
const when = async (how: Broken) => {
  await network.serve(b, how);
  const { directions } = await look();
  const [there, back] = directions;
  return { ...reasons(there.checks), answer: there.answer, back: back.answer, checks: there.checks };
};

beforeEach(async () => {
  world = await newWorld(await ownTables());
  network = newNetwork(world);
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  await world.agree(agreementOf(a.name, b.name), a, b);
  await bringUp(a);
  await bringUp(b);
  await bringUp(a);
  await network.serve(a);
});
afterEach(() => network.close());

describe("two servers that nothing is wrong with", () => {
  it("reach each other, each check passed or honestly unknown, both directions side by side", async () => {
    await network.serve(b);
    const { directions, software } = await look();
    for (const { checks, answer } of directions) {
      expect(checks.filter(({ result }) => result === "fail")).toEqual([]);
      expect(checks.map(({ check }) => check)).toHaveLength(17);
      expect(answer).toBe("yes");
    }
    expect(directions.map(({ from, to }) => [from, to])).toEqual([
      [a.name, b.name],
      [b.name, a.name],
    ]);
    expect(reasons(directions[0].checks)).toMatchObject({
      tls: "tls_good",
      keys: "keys_pinned",
      clock: "clock_right",
      enforcement: "point_alive",
      sender_list: "sender_lists",
      receiver_list: "receiver_lists",
      probe: "probe_let_in",
      stranger: "stranger_refused",
      look_alike: "look_alike_refused",
    });
    expect(software.to).toEqual({ name: "Synapse", version: "1.163.2" });
  });

  it("are asked under a name that says who asks, and where to complain", async () => {
    await network.serve(b);
    await look();
    expect(new Set(network.agents)).toEqual(new Set(["Tillit-Probe/0.1.0 (+https://portal.test)"]));
  });
});

describe("a way that is broken", () => {
  it("certificate of another name: says so, and what to do", async () => {
    const found = await when({ certificate: issue(["someone.else.example"], network.authority) });
    expect(found).toMatchObject({ tls: "tls_wrong_name", keys: "keys_not_reached", answer: "no" });
    expect(found.checks.find(({ check }) => check === "tls")?.next).toBe("certificate_for_name");
  });
  it("expired certificate: says so, and not that it is untrusted", async () => {
    const times = { from: -30 * DAY, until: -DAY };
    expect(await when({ certificate: issue([b.name], network.authority, times) })).toMatchObject({
      address: "address_answers",
      tls: "tls_expired",
      answer: "no",
    });
  });
  it("certificate that ends within two weeks: passes, with the advice to renew", async () => {
    const times = { from: -DAY, until: 5 * DAY };
    // The world's clock runs ahead of the machine's: what is soon is measured against the certificate's own end.
    const found = await when({ certificate: issue([b.name], network.authority, times) });
    expect(found).toMatchObject({ tls: "tls_ends_soon" });
  });
  it("certificate that begins later: blames a clock", async () => {
    const times = { from: 5 * DAY, until: 90 * DAY };
    expect(await when({ certificate: issue([b.name], network.authority, times) })).toMatchObject({
      tls: "tls_not_begun",
    });
  });
  it("certificate signed by itself or by an unknown authority: untrusted", async () => {
    expect(await when({ certificate: issue([b.name]) })).toMatchObject({ tls: "tls_untrusted" });
    expect(await when({ certificate: issue([b.name], testAuthority()) })).toMatchObject({
      tls: expect.stringMatching(/tls_(chain_incomplete|untrusted)/),
    });
  });
  it("intermediate certificate not sent: the chain is incomplete", async () => {
    const below = testAuthority(network.authority);
    expect(await when({ certificate: issue([b.name], below) })).toMatchObject({ tls: "tls_chain_incomplete" });
    const whole = issue([b.name], below);
    const found = await when({ certificate: { ...whole, cert: whole.cert + below.pem } });
    expect(found).toMatchObject({ tls: "tls_good" });
    expect(found.checks.find(({ check }) => check === "tls")?.params).toMatchObject({ chain: 3 });
  });
  it("no TLS on the port: says that it is not spoken there", async () => {
    expect(await when({ plain: true })).toMatchObject({ tls: "tls_none" });
  });
  it("well-known that leads nowhere: blames the file, and the address", async () => {
    expect(await when({ wellKnown: "nobody.nowhere.example:8448" })).toMatchObject({
      well_known: "well_known_nowhere",
      address: "address_unresolved",
      tls: "tls_not_reached",
      answer: "no",
    });
  });
  it("well-known that is HTML: broken, and the server is found without it", async () => {
    expect(await when({ wellKnown: { body: "<html>" } })).toMatchObject({
      well_known: "well_known_broken",
      address: "address_answers",
    });
  });
  it("SRV record that leads nowhere: blames the record", async () => {
    const srv = { name: "gone.nowhere.example", port: 8448, priority: 1, weight: 1 };
    expect(await when({ srv })).toMatchObject({ srv: "srv_nowhere", well_known: "well_known_absent", answer: "no" });
  });
  it("SRV record that leads there: passes", async () => {
    expect(await when({ srv: { name: b.name, port: 443, priority: 1, weight: 1 } })).toMatchObject({
      srv: "srv_found",
      answer: "yes",
    });
  });
  it("resolver that does not answer for SRV: unknown, never a pass", async () => {
    expect(await when({ srv: "failing" })).toMatchObject({ srv: "srv_unknown" });
  });
  it("name that does not resolve, and a port at which nobody listens: two different answers", async () => {
    expect(await when({ gone: "unresolved" })).toMatchObject({ address: "address_unresolved" });
    expect(await when({ gone: "refused" })).toMatchObject({ address: "address_refused" });
  });
  it("proxy in front that answers for the server: not Matrix", async () => {
    expect(await when({ proxy: { status: 200, body: "<html>Welcome</html>" } })).toMatchObject({
      tls: "tls_good",
      federation: "federation_not_matrix",
      keys: "keys_not_matrix",
      answer: "no",
    });
    expect(await when({ proxy: { status: 502, body: "Bad gateway" } })).toMatchObject({
      federation: "federation_not_matrix",
      probe: "probe_by_proxy",
    });
  });
});

describe("keys and clocks", () => {
  it("key that no pinned key has signed: changed, and shown to be confirmed", async () => {
    const found = await when({ key: { keyId: "ed25519:z", ...newKeyPair() } });
    expect(found).toMatchObject({ keys: "keys_changed", answer: "no" });
    expect(found.checks.find(({ check }) => check === "keys")?.next).toBe("confirm_keys");
  });
  it("keys of another server, and keys past their time", async () => {
    expect(await when({ keysFor: "someone.else.example" })).toMatchObject({ keys: "keys_of_another" });
    expect(await when({ keysUntil: world.clock.now() - HOUR })).toMatchObject({ keys: "keys_run_out" });
  });
  it("clock that is off by ten minutes, by the module's own word or by the answers' date", async () => {
    await world.sql(`DELETE FROM enforcement_point WHERE homeserver_id = $1`, [b.id]);
    expect(await when({ clockOff: -10 * 60_000 })).toMatchObject({ clock: "clock_off", enforcement: "point_none" });
    expect(await when({ clockOff: -60_000 })).toMatchObject({ clock: "clock_right" });
  });
});

describe("lists", () => {
  it("server without the module: absent, and its list is not guessed at", async () => {
    expect(await when({ routeAway: true })).toMatchObject({
      enforcement: "point_absent",
      receiver_list: "receiver_unseen",
      probe: "probe_let_in",
    });
  });
  it("list missing: the module is there, was never given one, and so refuses questions", async () => {
    const bare = await world.addServer("bare");
    await world.agree(agreementOf(a.name, bare.name), a, bare);
    b = bare;
    expect(await when({})).toMatchObject({
      agreement: "agreement_open",
      enforcement: "point_refuses",
      receiver_list: "receiver_without_list",
      probe: "probe_not_listed",
      answer: "no",
    });
  });
  it("no agreement: not on either list, and told from everything else", async () => {
    const other = await world.addServer("other");
    const third = await world.addServer("third");
    await world.agree(agreementOf(other.name, third.name), other, third);
    await bringUp(other);
    b = other;
    expect(await when({})).toMatchObject({
      agreement: "agreement_shut",
      sender_list: "sender_omits",
      receiver_list: "receiver_omits",
      probe: "probe_not_listed",
      stranger: "stranger_refused",
    });
  });
  it("server that lets everyone in: the control says so, and no probe counts", async () => {
    world.mischief.set(b.name, { open: true });
    expect(await when({})).toMatchObject({
      probe: "probe_let_in",
      stranger: "stranger_let_in",
      look_alike: "look_alike_unseen",
      answer: "no",
    });
  });
  it("server that compares by suffix: the look-alike gets in where the stranger does not", async () => {
    world.mischief.set(b.name, { lets: (origin) => origin.endsWith(a.name) });
    expect(await when({})).toMatchObject({
      probe: "probe_let_in",
      stranger: "stranger_refused",
      look_alike: "look_alike_let_in",
      answer: "no",
    });
  });
});

describe("a sender's waiting after failed attempts", () => {
  const tells = (neighbour: Record<string, number> | undefined) =>
    world.tells.set(a.name, (ask) =>
      ask === "shares"
        ? {
            servers: neighbour === undefined ? {} : { [b.name]: { rooms: 1, theirs: 1, ours: 1, ...neighbour } },
            cut: false,
          }
        : undefined,
    );
  const found = async () => {
    await network.serve(b);
    const { directions } = await look();
    const checks = directions.map((direction) => direction.checks.find(({ check }) => check === "back_off"));
    return { there: checks[0], back: checks[1] };
  };

  it("is read from the sending server, with since when and until when, and is a fault of that direction alone", async () => {
    const now = world.clock.now();
    tells({ failing_since: now - HOUR, tried_at: now - MINUTE, waits_ms: 10 * MINUTE });
    const { there, back } = await found();
    expect(there).toMatchObject({
      reason: "back_off_waits",
      result: "fail",
      next: "reset_back_off",
      params: { server: a.name, other: b.name, since: now - HOUR, at: now + 9 * MINUTE },
    });
    expect(back?.result).not.toBe("fail");
  });
  it("that is over, or never began, passes; one that its operator does not let be told stays as the portal knows it", async () => {
    const now = world.clock.now();
    tells({ failing_since: now - HOUR, tried_at: now - HOUR, waits_ms: MINUTE });
    expect((await found()).there).toMatchObject({ reason: "back_off_none", result: "pass" });
    tells(undefined);
    expect((await found()).there).toMatchObject({ reason: "back_off_none", result: "pass" });
    world.tells.delete(a.name);
    expect((await found()).there?.reason).toMatch(/^back_off_(reset|unseen|owed)$/);
  });
});

describe("a Rocket.Chat on the other side", () => {
  const refuse = (status: number, errcode: string, error: string) => ({
    status,
    body: JSON.stringify({ errcode, error }),
  });
  beforeEach(async () => {
    await world.sql(`UPDATE homeserver SET platform = 'rocketchat' WHERE id = $1`, [b.id]);
    await world.sql(`DELETE FROM enforcement_point WHERE homeserver_id = $1`, [b.id]);
  });
  const listing = (listed: (origin: string) => boolean): Broken => ({
    federation: (origin, path) => {
      if (!path.includes("/query/profile")) return undefined;
      return listed(origin)
        ? refuse(401, "M_UNAUTHORIZED", "Invalid or missing signature")
        : refuse(403, "M_FORBIDDEN", "Federation from this domain is not allowed.");
    },
  });

  it("listed: let in, and encrypted or public rooms are named as what may still be refused", async () => {
    const found = await when(listing((origin) => origin === a.name));
    expect(found).toMatchObject({ probe: "probe_let_in", rooms: "rooms_restricted", answer: "yes" });
  });
  it("not listed is told from federation that is off", async () => {
    expect(await when(listing(() => false))).toMatchObject({ probe: "probe_not_listed", answer: "no" });
    const off = { status: 403, body: JSON.stringify({ error: "Federation is not enabled" }) };
    expect(await when({ federation: () => off })).toMatchObject({
      federation: "federation_off",
      probe: "probe_federation_off",
    });
  });
  it("a server name with a port cannot federate with it, and that is said first", async () => {
    const ported = named(`p.${a.name}:8448`);
    await world.sql(`UPDATE homeserver SET server_name = $2 WHERE id = $1`, [a.id, ported]);
    const { directions } = await look();
    expect(reasons(directions[0].checks)).toMatchObject({ name: "name_with_port" });
  });
});
