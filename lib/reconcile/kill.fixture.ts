import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ESS_TOKEN, startEss } from "#lib/connectors/element-ess/subject.ts";
import { RocketChatServer } from "#lib/connectors/rocketchat/simulator/server.ts";
import { readTable } from "#lib/connectors/rocketchat/simulator/table.ts";
import { httpOver } from "#lib/connectors/rocketchat/subject.fixture.ts";
import type { RecordedAgreement } from "#lib/data/reconcile.ts";
import { credentialContext } from "#lib/domain/enforcement.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { probe } from "#lib/matrix/probe.ts";
import { overriddenTarget } from "#lib/matrix/target.ts";
import type { Http, HttpRequest } from "#lib/platform/http.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { newSealingKeyPair, seal } from "#lib/platform/sealing.ts";
import { TEST_CERTIFICATE } from "#lib/platform/test-certificate.ts";
import { reconcileHomeserver, STEPS } from "./homeserver.ts";
import { newReach } from "./reach.ts";
import { agreementOf, named } from "./scene.fixture.ts";
import { type Member, newWorld, type Sql, type World } from "./world.fixture.ts";

export const VENDORS = ["synapse_module", "rocketchat", "element_ess"] as const;
export type Vendor = (typeof VENDORS)[number];
/** Where a worker is killed: between the steps of its round, and around the first write to the server. */
export const POINTS = ["sending", "answered", ...STEPS] as const;
export type Point = (typeof POINTS)[number];

const CACHE = 60_250;
const CHILD = join(import.meta.dirname, "fixtures/doomed.ts");
const FIELDS: Readonly<Record<Vendor, Readonly<Record<string, string>>>> = {
  synapse_module: {},
  rocketchat: { userId: "tillit", authToken: "secret-token" },
  element_ess: { adminToken: ESS_TOKEN },
};

const sealing = { ...newSealingKeyPair(), keyId: `x25519:${newId()}` };

/** Has the server run that platform, with a credential in use, sealed as the web seals it. */
const become = async ({ sql }: World, member: Member, vendor: Vendor): Promise<void> => {
  if (vendor === "synapse_module") return;
  const baseUrl = `https://${member.name}`;
  await sql(`UPDATE homeserver SET platform = $2 WHERE id = $1`, [member.id, vendor]);
  const [point] = await sql(
    `UPDATE enforcement_point SET kind = $3, base_url = $2 WHERE homeserver_id = $1 RETURNING id::text`,
    [member.id, baseUrl, vendor],
  );
  const place = { agency: member.agency, homeserver: member.id, point: String(point?.["id"]), kind: vendor, baseUrl };
  const sealed = Object.fromEntries(
    Object.entries(FIELDS[vendor]).map(([field, secret]) => [
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
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, 1, 1, 'passed', 1)`,
    [newId(), place.agency, member.id, place.point, vendor, Object.keys(sealed), sealed, sealing.keyId, newId()],
  );
};

/** Serves the world's own network to a process outside of it. */
const relayOf = async (http: Http) => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url, ...rest } = JSON.parse(Buffer.concat(chunks).toString()) as HttpRequest & { url: string };
      void http(url, rest).then((answer) => {
        const said = answer.ok
          ? { ...answer.value, headers: {}, body: Buffer.from(answer.value.body).toString("base64") }
          : answer.error;
        response.end(JSON.stringify(said));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** The network of one vendor's server among simulated Synapses. */
const networkOf = async (world: World, server: ServerName, vendor: Vendor) => {
  if (vendor === "rocketchat") {
    const chat = httpOver(new RocketChatServer(server, readTable(), "none.invalid", world.clock));
    const http: Http = (url, request) =>
      new URL(url).hostname === server ? chat(url, request) : world.http(url, request);
    return { http, stop: async () => undefined };
  }
  if (vendor === "element_ess") {
    const ess = await startEss();
    const http: Http = (url, request = {}) => {
      const { hostname, pathname, search } = new URL(url);
      if (hostname !== server) return world.http(url, request);
      const { resolveTo: _, ...rest } = request;
      return ess.http.fetch(`https://127.0.0.1:${ess.port}${pathname}${search}`, { ...rest, ca: TEST_CERTIFICATE });
    };
    return { http, stop: () => ess.stop() };
  }
  return { http: world.http, stop: async () => undefined };
};

export type Outcome = {
  readonly vendor: Vendor;
  readonly point: Point;
  /** Killed there; a round that has nothing to write never comes to `sending`. */
  readonly killed: boolean;
  /** Names let in after the death that neither the list before nor the one now opens. */
  readonly opened: number;
  /** Whether the next worker brought the server to just what is agreed. */
  readonly converged: boolean;
};

/** One vendor's server, three partners, and one change of agreements before each death. */
class KillScene {
  readonly #world: World;
  readonly #vendor: Vendor;
  readonly #self: Member;
  readonly #partners: readonly Member[];
  readonly #http: Http;
  readonly #relay: string;
  readonly #database: string;
  readonly #agreed = new Map<ServerName, RecordedAgreement>();

  constructor(
    world: World,
    vendor: Vendor,
    members: readonly [Member, ...Member[]],
    way: { readonly http: Http; readonly relay: string; readonly database: string },
  ) {
    const [self, ...partners] = members;
    this.#world = world;
    this.#vendor = vendor;
    this.#self = self;
    this.#partners = partners;
    this.#http = way.http;
    this.#relay = way.relay;
    this.#database = way.database;
  }

  async #lets(origin: ServerName): Promise<boolean> {
    const target = overriddenTarget(this.#self.name, { host: "127.0.0.1", port: 8448 });
    const platform = this.#vendor === "synapse_module" ? "synapse" : this.#vendor;
    const result = await probe(this.#http, target, { origin, keyId: "ed25519:a" }, { platform });
    if (result.verdict === "unknown") throw new Error(JSON.stringify(result));
    return result.verdict === "listed_or_open";
  }

  async change(random: number): Promise<void> {
    const partner = this.#partners[random % this.#partners.length];
    if (partner === undefined) return;
    const held = this.#agreed.get(partner.name);
    if (held === undefined) {
      const made = await this.#world.agree(agreementOf(this.#self.name, partner.name), this.#self, partner);
      this.#agreed.set(partner.name, made);
      return;
    }
    await this.#world.decide(held, "revoke");
    this.#agreed.delete(partner.name);
  }

  /** A worker of its own process, killed at that point; whether it came to it. */
  async #die(point: Point, folder: string): Promise<boolean> {
    const orders = join(folder, "orders.json");
    const { keys, clock } = this.#world;
    const told = { database: this.#database, relay: this.#relay, homeserver: this.#self.id, die: point };
    await writeFile(orders, JSON.stringify({ ...told, now: clock.now(), keys, sealing }), { mode: 0o600 });
    const child = spawn(process.execPath, [CHILD, orders], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2000);
    });
    const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve) => {
      child.once("exit", (...end) => resolve(end));
    });
    if (signal !== "SIGKILL" && code !== 0) throw new Error(`the worker ended with ${code}: ${said}`);
    return signal === "SIGKILL";
  }

  /** Brings the server under the portal's hand, or on from where a worker died: what is stored is all that is known. */
  async settle(): Promise<void> {
    const { deps, clock } = this.#world;
    const own = { ...deps, http: this.#http, reach: newReach(this.#http, clock, sealing) };
    for (let turn = 0; turn < 3; turn += 1) {
      const signal = AbortSignal.timeout(60_000);
      await reconcileHomeserver(own, { homeserver: this.#self.id, traceId: newTraceId(), signal });
      clock.advance(CACHE);
    }
  }

  async kill(point: Point, random: number, folder: string): Promise<Outcome> {
    const before = new Set(this.#agreed.keys());
    await this.change(random);
    const killed = await this.#die(point, folder);
    let opened = 0;
    for (const { name } of this.#partners)
      if (!before.has(name) && !this.#agreed.has(name) && (await this.#lets(name))) opened += 1;
    if (await this.#lets(named("stranger.example"))) opened += 1;
    await this.settle();
    let converged = !(await this.#lets(named("stranger.example")));
    for (const { name } of this.#partners) converged &&= (await this.#lets(name)) === this.#agreed.has(name);
    return { vendor: this.#vendor, point, killed, opened, converged };
  }
}

/**
 * Kills a worker with -9 at each point, once, for one vendor, after a change drawn from the seed; each time another worker
 * goes on from what is stored.
 *
 * @param sql as the owner of the tables; `database` is the worker's own address of the same
 */
export const killRun = async (
  sql: Sql,
  database: string,
  { vendor, seed }: { readonly vendor: Vendor; readonly seed: number },
): Promise<readonly Outcome[]> => {
  const world = await newWorld(sql);
  const members = [await world.addServer("self"), await world.addServer("a"), await world.addServer("b")] as const;
  const third = await world.addServer("c");
  await become(world, members[0], vendor);
  const network = await networkOf(world, members[0].name, vendor);
  const relay = await relayOf(network.http);
  const folder = await mkdtemp(join(tmpdir(), "tillit-kill-"));
  const way = { http: network.http, relay: relay.url, database };
  const scene = new KillScene(world, vendor, [...members, third], way);
  const outcomes: Outcome[] = [];
  let random = seed * 7919 + 13;
  try {
    await scene.settle();
    for (const point of POINTS) {
      random = (random * 48_271) % 2_147_483_647;
      outcomes.push(await scene.kill(point, random, folder));
    }
  } finally {
    relay.close();
    await network.stop();
    await rm(folder, { recursive: true });
  }
  return outcomes;
};
