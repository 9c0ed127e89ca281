import { beat, endBeat } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { consumeWakeUps, type WakeUp } from "#lib/data/wake-ups.ts";
import { MINUTE } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { log, withTrace } from "#lib/platform/log.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import type { SealingKey } from "#lib/signing/sealing-key.ts";
import { startRules } from "./approve-by-rule.ts";
import { testCandidate } from "./credentials.ts";
import { seeOff } from "./departures.ts";
import { newDiagnoser } from "./diagnoser.ts";
import { lookForHomeserver } from "./discover.ts";
import { settleGroups } from "./groups.ts";
import { type RoundDeps, type RoundResult, reconcileHomeserver } from "./homeserver.ts";
import { settleImports } from "./imports.ts";
import { newOnlooker } from "./onlooker.ts";
import { newReach, type Reach } from "./reach.ts";
import { newScheduler, type Run, type Scheduler } from "./scheduler.ts";
import { watchStops } from "./stops.ts";
import { startSweeps, sweep } from "./sweep.ts";

export type WorkerOptions = {
  readonly databaseUrl: string;
  readonly keys: SigningKeys;
  readonly http: Http;
  readonly clock: Clock;
  readonly sweepSeconds: number;
  readonly random?: () => number;
  readonly reach?: Reach;
  /** Opens credentials; without it no server that needs one can be reached. */
  readonly sealing?: SealingKey;
};

export type Worker = {
  readonly wake: Scheduler["wake"];
  readonly idle: Scheduler["idle"];
  /** Signs with these keys from the next round on, and wakes every server, so that each gets a list of theirs. */
  readonly useKeys: (keys: SigningKeys) => Promise<void>;
  /** Ends within `grace` ms and a little: takes nothing new, lets rounds end, removes its sign of life. */
  readonly stop: (grace?: number) => Promise<void>;
};

const PLACES = 32;
const SLOW_PLACES = 16;
const SLOW_AFTER_MS = 1_500;
const BEAT_MS = 5_000;
const FORGOTTEN = 10 * MINUTE;
const STOP_GRACE_MS = 4_000;

/** One wake-up of one server: its round, and where it is due, a look at where and who it is. */
const runnerOf = (
  current: () => RoundDeps,
  wake: (homeserver: string, traceId: string) => void,
  lookAround: (homeserver: string) => void,
): Run => {
  const once = async (homeserver: string, traceId: string, signal: AbortSignal): Promise<RoundResult> => {
    const deps = current();
    const before = await reconcileHomeserver(deps, { homeserver, traceId, signal });
    const tried = before.testDue && (await testCandidate(deps, { homeserver, traceId, signal }));
    const first = tried ? await reconcileHomeserver(deps, { homeserver, traceId, signal }) : before;
    // What has just been let in is looked at now, not at the next hour.
    if (!first.lookDue && !tried) return first;
    const { http, reach, clock } = deps;
    const looked = await lookForHomeserver({ http, reach, clock, signal }, homeserver);
    for (const held of looked.held) wake(held, traceId);
    return looked.changed ? reconcileHomeserver(deps, { homeserver, traceId, signal }) : first;
  };
  return async (homeserver, traceId, signal) => {
    const { next, failed } = await once(homeserver, traceId, signal);
    if (!failed) lookAround(homeserver);
    return { again: next === undefined ? undefined : Math.max(0, next - current().clock.now()), failed };
  };
};

const startBeats = (clock: Clock, scheduler: Scheduler): { readonly stop: () => Promise<void> } => {
  const id = newId();
  const startedAt = clock.now();
  const write = async (): Promise<void> => {
    try {
      const detail = JSON.stringify({ running: scheduler.running(), waiting: scheduler.waiting() });
      await asWorker(async (tx) => ok(await beat(tx, { id, startedAt, at: clock.now(), detail })));
    } catch (error) {
      log.warn({ err: error }, "no heartbeat");
    }
  };
  const timer = setInterval(() => void write(), BEAT_MS);
  const first = write();
  return {
    stop: async () => {
      clearInterval(timer);
      await first;
      await asWorker(async (tx) => ok(await endBeat(tx, id, clock.now(), FORGOTTEN)));
    },
  };
};

/** Agreements that groups and confirmed papers lack are made; answers the servers whose lists change by it. */
const settleDue = async (clock: Clock): Promise<readonly string[]> => [
  ...(await settleGroups(clock)),
  ...(await settleImports(clock)),
];

/**
 * The only process that talks to homeservers: woken by the queue within milliseconds, by time at the instants at which
 * lists turn, and by the sweep for all that nobody told it.
 */
export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { databaseUrl, keys, http, clock, sweepSeconds } = options;
  const reach = options.reach ?? newReach(http, clock, options.sealing);
  let deps: RoundDeps = { http, reach, clock, keys, random: options.random ?? Math.random };
  const onlooker = newOnlooker(
    () => ({ clock, keys: deps.keys, reach }),
    () => scheduler.crowded(),
  );
  const scheduler: Scheduler = newScheduler({
    run: runnerOf(
      () => deps,
      (homeserver, traceId) => scheduler.wake(homeserver, traceId),
      onlooker.wake,
    ),
    places: PLACES,
    slowPlaces: SLOW_PLACES,
    slowAfter: SLOW_AFTER_MS,
    newTraceId,
    onError: (homeserver, error) => log.error({ homeserver, err: error }, "the round failed"),
  });
  const diagnoser = newDiagnoser(() => ({ http, clock, keys: deps.keys, reach }));
  const wakeFresh = (homeserver: string): void => scheduler.wake(homeserver, newTraceId());
  const wakeAll = (homeservers: readonly string[]): void => homeservers.forEach(wakeFresh);
  const wakeOne = ({ homeserverId, traceId }: WakeUp): void => {
    withTrace(traceId).debug({ homeserver: homeserverId }, "woken");
    scheduler.wake(homeserverId, traceId);
  };
  const settle = async (): Promise<void> => wakeAll(await settleDue(clock));
  const consumer = await consumeWakeUps(
    databaseUrl,
    (wakeUps) => wakeUps.forEach(wakeOne),
    (error) => log.error({ err: error }, "the queue failed"),
    diagnoser.wake,
    settle,
  );
  const beats = startBeats(clock, scheduler);
  const rules = startRules(clock, wakeFresh);
  const sweepAll = async (): Promise<number> => {
    diagnoser.wake();
    wakeAll(await seeOff(clock));
    await rules.look();
    await settle();
    wakeAll(await watchStops(clock));
    return sweep(clock, wakeFresh);
  };
  const sweeps = startSweeps(sweepSeconds, sweepAll, (error) => log.error({ err: error }, "the sweep failed"));
  return {
    wake: scheduler.wake,
    idle: scheduler.idle,
    useKeys: async (fresh) => {
      deps = { ...deps, keys: fresh };
      await sweepAll();
    },
    stop: async (grace = STOP_GRACE_MS) => {
      sweeps.stop();
      await Promise.all([consumer.stop(), diagnoser.stop(), onlooker.stop(), rules.stop(), scheduler.stop(grace)]);
      await beats.stop();
    },
  };
};
