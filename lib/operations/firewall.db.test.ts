import { afterAll, beforeAll, expect, test } from "vitest";
import { SetNetworks } from "#lib/contracts/networks.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideTrust } from "./decide-trust.ts";
import { readFirewall, tickFirewall } from "./firewall.ts";
import { readNetworks, setNetworks } from "./networks.ts";
import { readInbox } from "./read-inbox.ts";
import { requestTrust } from "./request-trust.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const waiting = async (actor: Actor): Promise<readonly string[]> =>
  value(await readInbox(actor, { limit: 50 }))
    .items.filter(({ kind }) => kind === "firewall")
    .map(({ homeserver }) => homeserver?.serverName ?? "");

const networks = (egress: string, ingress: string) =>
  SetNetworks.parse({ egress: [egress], ingress: [{ network: ingress, port: 443 }] });

let pairs = 0;
const scene = async () => {
  pairs += 1;
  const home = await seedAgency(`Hemnätet ${pairs}`, `chat.a${pairs}.example`);
  const partner = await seedAgency(`Partnernätet ${pairs}`, `chat.b${pairs}.example`);
  const astrid = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const bo = await seedPerson("Bo", { role: "approver", agency: home.id });
  const cecilia = await seedPerson("Cecilia", { role: "administrator", agency: partner.id });
  const david = await seedPerson("David", { role: "approver", agency: partner.id });
  const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: "Nät" }));
  const found = parsePublicId("agr", asked.id);
  if (!found.ok) throw new Error(asked.id);
  const id = found.value;
  const agree = async (): Promise<void> => {
    const base = { id, digest: asked.digest ?? "" };
    const endorse = { ...base, version: asked.version, as: home.id, move: "endorse" } as const;
    const { version } = value(await decideTrust(bo, endorse));
    value(await decideTrust(david, { ...base, version, as: partner.id, move: "accept", diarienummer: "TS 2026:1" }));
  };
  return { home, partner, astrid, bo, cecilia, david, id, agree };
};

test("each side reads the lines of both firewalls, ticks its own, and hears when they change", async () => {
  const { home, partner, astrid, cecilia, id, agree } = await scene();
  await agree();
  expect(value(await readFirewall(astrid, { id })).servers.map(({ missing }) => missing.length)).toEqual([4, 4]);
  expect(await waiting(astrid)).toEqual([]);
  const own = networks("192.0.2.0/24", "192.0.2.10");
  const first = value(await setNetworks(astrid, { ...own, id: home.server, version: 1 }));
  value(await setNetworks(cecilia, { ...networks("198.51.100.7", "198.51.100.8"), id: partner.server, version: 1 }));

  const [a, b] = [`chat.a${pairs}.example`, `chat.b${pairs}.example`];
  const seen = value(await readFirewall(astrid, { id }));
  const wallOf = (name: string) => seen.servers.find(({ homeserver }) => homeserver.serverName === name);
  expect(wallOf(a)?.lines).toEqual([
    `in  198.51.100.7/32 -> 192.0.2.10/32:443 tcp  ${b}`,
    `out 192.0.2.0/24 -> 198.51.100.8/32:443 tcp  ${b}`,
  ]);
  expect(wallOf(b)?.lines).toEqual([
    `in  192.0.2.0/24 -> 198.51.100.8/32:443 tcp  ${a}`,
    `out 198.51.100.7/32 -> 192.0.2.10/32:443 tcp  ${a}`,
  ]);
  expect([await waiting(astrid), await waiting(cecilia)]).toEqual([[a], [b]]);
  expect([wallOf(a)?.mayTick, wallOf(b)?.mayTick]).toEqual([true, false]);

  const tick = { id, homeserver: home.server, digest: wallOf(a)?.digest ?? "" };
  expect(codeOf(await tickFirewall(cecilia, tick))).toBe("not_permitted");
  expect(codeOf(await tickFirewall(astrid, { ...tick, digest: wallOf(b)?.digest ?? "" }))).toBe(
    "firewall_lines_changed",
  );
  const ticked = value(await tickFirewall(astrid, tick)).servers.find(({ homeserver }) => homeserver.serverName === a);
  expect(ticked?.opened?.by.name).toBe("Astrid");
  expect([await waiting(astrid), await waiting(cecilia)]).toEqual([[], [b]]);

  value(
    await setNetworks(astrid, { ...networks("192.0.2.0/25", "192.0.2.10"), id: home.server, version: first.version }),
  );
  const after = value(await readFirewall(cecilia, { id })).servers.find(
    ({ homeserver }) => homeserver.serverName === a,
  );
  expect(after?.opened).toBeNull();
  expect(after?.changedSince).not.toBeNull();
  expect([await waiting(astrid), await waiting(cecilia)]).toEqual([[a], [b]]);
});

test("networks are read by no one without an agreement, in the operations and in the database", async () => {
  const { home, partner, astrid, cecilia, agree } = await scene();
  value(await setNetworks(astrid, { ...networks("192.0.2.0/24", "192.0.2.10"), id: home.server, version: 1 }));
  const stranger = await seedPerson("Eva", { role: "administrator", agency: (await seedAgency("Utanför")).id });
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  for (const reader of [stranger, coordinator, cecilia]) {
    expect(value(await readNetworks(reader, { id: home.server })).egress).toEqual([]);
  }
  await agree();
  expect(value(await readNetworks(cecilia, { id: home.server })).egress).toEqual(["192.0.2.0/24"]);
  expect(value(await readNetworks(stranger, { id: home.server })).egress).toEqual([]);
  expect(await db("web").homeserverNetwork.count()).toBe(0);
  expect(value(await readNetworks(astrid, { id: partner.server })).mayChange).toBe(false);
});

test("only its own administrators name a server's networks, on the version that they read", async () => {
  const { home, astrid, bo, cecilia } = await scene();
  const wish = { ...networks("192.0.2.0/24", "192.0.2.10"), id: home.server, version: 1 };
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  for (const other of [bo, cecilia, coordinator]) {
    expect(codeOf(await setNetworks(other, wish))).toBe("not_permitted");
  }
  expect(codeOf(await setNetworks(astrid, { ...wish, version: 9 }))).toBe("stale_version");
  expect(value(await setNetworks(astrid, wish)).version).toBe(2);
  expect(SetNetworks.safeParse({ egress: ["0.0.0.0/0"], ingress: [] }).success).toBe(false);
});
