import { db } from "#lib/data/client.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { log } from "#lib/platform/log.ts";

/** A worker that has shown no sign of life for this long is taken to have stopped. */
const HEARTBEAT_LIFE = 120_000;

type Check = "pass" | "fail";
export type Readiness = {
  readonly ok: boolean;
  readonly checks: { readonly database: Check; readonly migrations: Check; readonly worker: Check };
};

const holds = async (name: string, check: () => Promise<boolean>): Promise<Check> => {
  try {
    return (await check()) ? "pass" : "fail";
  } catch (fault) {
    log.warn({ err: fault, check: name }, "not ready");
    return "fail";
  }
};

/**
 * Whether this process can serve: database, migrations, worker. Only the first two decide `ok`: without a worker the
 * portal still serves, and says itself that monitoring has stopped. Names no address, version or error.
 */
export const readiness = async (): Promise<Readiness> => {
  const database = await holds("database", async () => (await db("web").$queryRaw<unknown[]>`select 1`).length === 1);
  if (database === "fail") return { ok: false, checks: { database, migrations: "fail", worker: "fail" } };
  const migrations = await holds(
    "migrations",
    async () => (await db("web").$queryRaw<unknown[]>`select 1 from federation limit 1`).length <= 1,
  );
  const worker = await holds("worker", async () => {
    const [row] = await db("web").$queryRaw<
      { at: bigint | null }[]
    >`select max(at)::bigint as at from worker_heartbeat`;
    return row !== undefined && row.at !== null && systemClock.now() - Number(row.at) <= HEARTBEAT_LIFE;
  });
  return { ok: migrations === "pass", checks: { database, migrations, worker } };
};
