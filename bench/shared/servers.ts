import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { RecordedAgreement } from "#lib/data/reconcile.ts";
import type { Actor } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { err } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import type { Http, HttpRequest } from "#lib/platform/http.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { agreementOf } from "#lib/reconcile/scene.fixture.ts";
import { startWorker, type Worker } from "#lib/reconcile/worker.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { seedPerson } from "#lib/testing/line.ts";

/** How long each server takes to answer, ms. */
export const ANSWER_MS = 50;
/** How many servers the worker talks to at once, and so the floor too. */
export const AT_ONCE = 32;

export type Call = { readonly url: string; readonly request: HttpRequest | undefined };

/** A hub that has an agreement with each of many servers, all simulated under the real laws, each answering after 50 ms. */
export type Federation = {
  readonly world: World;
  readonly hub: Member;
  readonly partners: readonly Member[];
  readonly http: Http;
  /** Every request that was made, by server name, since it was last taken. */
  readonly taken: () => ReadonlyMap<string, readonly Call[]>;
  /** Called after each answer of a server. */
  onAnswer: (host: string) => void;
  /** Servers that accept a connection and never answer. */
  readonly hanging: Set<string>;
};

const addAgreements = async (world: World, hub: Member, partners: readonly Member[]): Promise<void> => {
  for (const partner of partners) {
    const made: RecordedAgreement = agreementOf(hub.name, partner.name);
    await world.agree(made, hub, partner);
  }
};

/** Plants such a federation in a fresh database. */
export const plantHub = async (owner: pg.Client, size: number): Promise<Federation> => {
  setLogLevel("silent");
  const world = await newWorld(
    async (query, values = []) => (await owner.query(query, [...values])).rows,
    systemClock.now(),
  );
  await owner.query("SET synchronous_commit = off");
  const hub = await world.addServer("hub");
  const partners: Member[] = [];
  for (let at = 0; at < size; at += 1) partners.push(await world.addServer(`m${at}`));
  await addAgreements(world, hub, partners);
  await owner.query("ANALYZE");
  let calls = new Map<string, Call[]>();
  const hanging = new Set<string>();
  const federation = {
    world,
    hub,
    partners,
    hanging,
    onAnswer: (_: string): void => undefined,
    taken: () => {
      const all = calls;
      calls = new Map();
      return all;
    },
    http: (async (url, request) => {
      const { hostname } = new URL(url);
      calls.set(hostname, [...(calls.get(hostname) ?? []), { url, request }]);
      if (hanging.has(hostname)) {
        const patience = AbortSignal.timeout(request?.timeoutMs ?? 10_000);
        const signal = request?.signal === undefined ? patience : AbortSignal.any([patience, request.signal]);
        await sleep(60_000, undefined, { signal }).catch(() => undefined);
        return err({ code: "timeout", detail: "no answer" });
      }
      await sleep(ANSWER_MS);
      const answer = await world.http(url, request);
      federation.onAnswer(hostname);
      return answer;
    }) satisfies Http,
  };
  return federation;
};

/** The real worker over that federation, with its real queue. */
export const startBenchWorker = ({ world, http }: Federation, databaseUrl: string): Promise<Worker> =>
  startWorker({ databaseUrl, keys: world.keys, http, clock: world.clock, sweepSeconds: 86_400, random: () => 0.5 });

/** Sends the same requests again: those of one server one after another, so many servers at once. Returns ms. */
export const bareLoop = async (http: Http, calls: Iterable<readonly Call[]>): Promise<number> => {
  const started = performance.now();
  const queue = [...calls];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const { url, request } of next) {
        // The signal of the round that first sent it is over.
        const { signal: _, ...same } = request ?? {};
        await http(url, same);
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return performance.now() - started;
};

/** An approver of the hub's agency, signed in. */
export const approverOf = ({ hub }: Federation): Promise<Actor> =>
  seedPerson("Bo", { role: "approver", agency: idOf("agy", hub.agency) });

/** Has every server looked at until each lets the hub in and nothing is left to do. */
export const settle = async ({ world, hub, partners }: Federation, worker: Worker): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    for (const { id } of [hub, ...partners]) worker.wake(id, newTraceId());
    await worker.idle();
  }
  const shut = partners.filter(({ simulator }) => !simulator.lets(hub.name)).length;
  if (shut > 0 || world.puts.length === 0) throw new Error(`${shut} of ${partners.length} do not let the hub in`);
};
