import { setTimeout as sleep } from "node:timers/promises";
import { flushAudit, holdAudit } from "./audit.ts";
import { type DatabaseRole, db, type Tx } from "./client.ts";

/** Deadlock, serialisation failure, and Prisma's own word for either: nothing was done, and the same may pass when tried again. */
const TRY_AGAIN = new Set(["40P01", "40001", "P2034"]);
const PLACES = ["cause", "meta", "driverAdapterError"] as const;

const lostTheRace = (fault: unknown, depth = 0): boolean => {
  if (typeof fault !== "object" || fault === null || depth > 6) return false;
  const said: Readonly<Record<string, unknown>> = { ...fault };
  const codes = [said["code"], said["originalCode"], "code" in fault ? fault.code : undefined];
  if (codes.some((code) => typeof code === "string" && TRY_AGAIN.has(code))) return true;
  return PLACES.some((place) =>
    lostTheRace(place === "cause" && "cause" in fault ? fault.cause : said[place], depth + 1),
  );
};

/** How often a transaction that lost a race is begun anew before its fault is the caller's. */
export const MOST_ATTEMPTS = 4;
const FIRST_WAIT_MS = 10;

/**
 * Runs one transaction of that role. Rows of the log that it writes are kept until its work is done and appended just
 * before the commit, so that the head of the chain is locked for the last statement alone and never while two long acts
 * wait for each other. One that the database gave up in favour of another is begun anew, a bounded number of times: what
 * runs in it must do nothing outside of it.
 */
export const atomically = async <T>(role: DatabaseRole, run: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db(role).$transaction(async (tx) => {
        holdAudit(tx);
        const result = await run(tx);
        await flushAudit(tx);
        return result;
      });
    } catch (fault) {
      if (attempt >= MOST_ATTEMPTS || !lostTheRace(fault)) throw fault;
      await sleep(FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
};
