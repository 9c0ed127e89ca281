import { fromPrisma, PgBoss } from "pg-boss";
import type { DiagnosisId, HomeserverId } from "#lib/domain/ids.ts";
import { settings } from "#lib/platform/env.ts";
import { processWide } from "#lib/platform/global.ts";
import { log } from "#lib/platform/log.ts";
import type { Tx } from "./client.ts";

/** The queue of homeservers to look at. A wake-up carries an id, never a list. */
export const QUEUE = "reconcile";
/** The queue of diagnoses that somebody asked for. */
export const DIAGNOSE_QUEUE = "diagnose";
/** The queue of groups whose agreements may lack something: which, their table says. */
export const GROUP_QUEUE = "groups";
/** Where pages hear that something changed. */
export const CHANNEL = "tillit_events";

/** That something changed: what, and its new version; never the content. */
export type ChangeEvent = {
  readonly topic: string;
  readonly id: string;
  readonly version: number;
};

const startSender = (): Promise<PgBoss> => {
  const { databaseUrlWeb, databaseUrlWorker } = settings();
  const boss = new PgBoss({
    connectionString: databaseUrlWeb ?? databaseUrlWorker ?? "",
    max: 1,
    migrate: false,
    supervise: false,
    schedule: false,
    createSchema: false,
    application_name: "tillit-send",
  });
  boss.on("error", (error) => log.warn({ err: error }, "job queue"));
  return boss.start();
};

/** It only words the statements: each is run by the caller's transaction, under the caller's role. */
const sender = async (): Promise<PgBoss> => {
  const kept = processWide<{ started?: Promise<PgBoss> }>("jobs.sender", () => ({}));
  kept.started ??= startSender();
  try {
    return await kept.started;
  } catch (fault) {
    // A database that was away at the first wake-up must not cost every later one.
    delete kept.started;
    throw fault;
  }
};

/**
 * Wakes the worker for these homeservers when, and only if, the transaction commits. Never de-duplicated: a wake-up that
 * is dropped because an older one waits may be the one that carries a revocation.
 */
export const wakeReconciler = async (tx: Tx, homeservers: readonly HomeserverId[], traceId: string): Promise<void> => {
  if (homeservers.length === 0) return;
  const boss = await sender();
  const jobs = [...new Set(homeservers)].map((homeserverId) => ({ data: { homeserverId, traceId } }));
  await boss.insert(QUEUE, jobs, { db: fromPrisma(tx) });
};

/** Wakes the worker for a diagnosis when the transaction commits. The diagnosis itself stands in its table. */
export const wakeDiagnosis = async (tx: Tx, diagnosisId: DiagnosisId): Promise<void> => {
  const boss = await sender();
  await boss.send(DIAGNOSE_QUEUE, { diagnosisId }, { db: fromPrisma(tx) });
};

/** Wakes the worker for the groups that are due when the transaction commits. */
export const wakeGroups = async (tx: Tx): Promise<void> => {
  const boss = await sender();
  await boss.send(GROUP_QUEUE, {}, { db: fromPrisma(tx) });
};

/** Tells the open pages of several things in one statement, when the transaction commits. */
export const notifyEvents = async (tx: Tx, events: readonly ChangeEvent[]): Promise<void> => {
  if (events.length === 0) return;
  const texts = events.map(({ topic, id, version }) => JSON.stringify({ topic, id, version }));
  await tx.$executeRaw`select pg_notify(${CHANNEL}, text) from unnest(${texts}::text[]) text`;
};

/** Tells the open pages, when the transaction commits. */
export const notifyEvent = (tx: Tx, event: ChangeEvent): Promise<void> => notifyEvents(tx, [event]);
