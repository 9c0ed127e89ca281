import type { Connector } from "#lib/connectors/connector.ts";
import type { Insight } from "#lib/connectors/insight.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { loadPicture, type Picture } from "#lib/data/reconcile.ts";
import {
  counterparts,
  type ExposureRecord,
  readSurroundings,
  writePath,
  writeSurroundings,
} from "#lib/data/surroundings.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { type HomeserverId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { later, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { log } from "#lib/platform/log.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import type { Reach } from "./reach.ts";

/** A server is asked of its rooms and paths at most this often (ms): counting is its own database's work. */
const ASK_EVERY = 5 * MINUTE;
/** Sooner while a partner is new, of whom nothing is told yet. */
const ASK_NEWS_EVERY = 30 * SECOND;
const PLACES = 4;
const LONGEST_MS = 120 * SECOND;
const LONGEST_WAIT_MS = 10 * SECOND;
const QUIET_EVERY_MS = 50;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Means = { readonly clock: Clock; readonly keys: SigningKeys; readonly reach: Reach };
type Partner = { readonly id: HomeserverId; readonly name: ServerName; readonly agreed: boolean };

const insightOf = async (
  { keys, reach }: Means,
  { server, point }: Picture,
  signal: AbortSignal,
): Promise<Connector["insight"]> => {
  if (point === undefined || point.mode !== "push" || server.keys.length === 0) return undefined;
  return (await reach.connectorOf(server, point, keys, signal))?.insight;
};

const exposureOf = async (
  insight: Insight,
  partners: readonly Partner[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, ExposureRecord>>> => {
  const found: Record<string, ExposureRecord> = {};
  for (const { name } of partners) {
    const seen = await insight.exposure(name, signal);
    if (seen.ok) found[name] = { ...seen.value, third: { ...seen.value.third } };
  }
  return found;
};

const askShares = async (
  means: Means,
  insight: Insight,
  server: HomeserverId,
  partners: readonly Partner[],
  signal: AbortSignal,
): Promise<void> => {
  const shares = await insight.shares(signal);
  const told = shares.ok
    ? { neighbours: shares.value.servers, cut: shares.value.cut, exposure: await exposureOf(insight, partners, signal) }
    : { code: shares.error.code };
  await asWorker(async (tx) => {
    await writeSurroundings(tx, server, means.clock.now(), told);
    await notifyEvent(tx, { topic: "homeserver", id: toPublicId("hs", server), version: 0 });
    return ok(undefined);
  });
};

const askPaths = async (
  { clock }: Means,
  insight: Insight,
  from: HomeserverId,
  partners: readonly Partner[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { id, name } of partners.filter(({ agreed }) => agreed)) {
    const seen = await insight.probe(name, signal);
    // An operator who does not allow the question allows it of no partner.
    if (!seen.ok) return;
    await asWorker(async (tx) => {
      await writePath(tx, { from, to: id, ...seen.value, at: clock.now() });
      return ok(undefined);
    });
  }
};

/**
 * Asks one server what it shares with whom, and whether it reaches its partners over its own path; stored for its
 * agencies, and the paths for both sides. Nothing is asked of a server that was asked lately, or tells nothing.
 */
export const lookAround = async (means: Means, homeserver: string, signal: AbortSignal): Promise<void> => {
  const id = idOf("hs", homeserver);
  const known = await asWorker(async (tx) => {
    const told = await readSurroundings(tx, id);
    const partners = await counterparts(tx, id);
    const news = partners.some(({ name, open }) => open && told?.exposure[name] === undefined);
    const every = news ? ASK_NEWS_EVERY : ASK_EVERY;
    if (told !== undefined && means.clock.now() < later(told.askedAt, every)) return ok(undefined);
    const picture = await loadPicture(tx, homeserver);
    return ok(picture === undefined ? undefined : { picture, partners });
  });
  if (!known.ok || known.value === undefined) return;
  const { picture, partners } = known.value;
  const insight = await insightOf(means, picture, signal);
  if (insight === undefined) return;
  await askShares(means, insight, id, partners, signal);
  await askPaths(means, insight, id, partners, signal);
};

export type Onlooker = { readonly wake: (homeserver: string) => void; readonly stop: () => Promise<void> };

/**
 * Looks around from servers that were told of, a few at a time and each once, beside the rounds: what a server tells of
 * itself may take it seconds, and no list waits for it. A server is looked up again half a minute later at the earliest.
 *
 * @param busy whether rounds wait for their turn
 */
export const newOnlooker = (means: () => Means, busy: () => boolean = () => false): Onlooker => {
  const ending = new AbortController();
  const waiting = new Set<string>();
  const lately = new Map<string, number>();
  const running = new Set<Promise<void>>();
  // Rounds go first: what a server shares with whom may wait, and no list does.
  const untilQuiet = async (): Promise<void> => {
    const by = performance.now() + LONGEST_WAIT_MS;
    while (busy() && performance.now() < by && !ending.signal.aborted) await pause(QUIET_EVERY_MS);
  };
  const drain = async (): Promise<void> => {
    for (const homeserver of waiting) {
      await untilQuiet();
      if (ending.signal.aborted) return;
      waiting.delete(homeserver);
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(LONGEST_MS)]);
      await lookAround(means(), homeserver, signal).catch((error: unknown) =>
        log.warn({ homeserver, err: error }, "the server was not asked of its rooms"),
      );
    }
  };
  return {
    wake: (homeserver) => {
      const now = means().clock.now();
      if (now < (lately.get(homeserver) ?? 0)) return;
      lately.set(homeserver, now + ASK_NEWS_EVERY);
      waiting.add(homeserver);
      if (ending.signal.aborted || running.size >= PLACES) return;
      const run = drain();
      running.add(run);
      void run.finally(() => running.delete(run));
    },
    stop: async () => {
      ending.abort(new Error("the worker is stopping"));
      await Promise.allSettled(running);
    },
  };
};
