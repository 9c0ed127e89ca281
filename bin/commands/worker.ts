import { systemClock } from "#lib/platform/clock.ts";
import { readSettings, type Settings } from "#lib/platform/env.ts";
import { guardedFetch } from "#lib/platform/http.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { log } from "#lib/platform/log.ts";
import { publishKeys } from "#lib/reconcile/keys.ts";
import { startWorker } from "#lib/reconcile/worker.ts";
import { readSigningKeys, type SigningKeys } from "#lib/signing/key-files.ts";

const EX_CONFIG = 78;
const LOOK_AGAIN_MS = 2_000;

const pause = (ms: number, until: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    until.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** The keys, waited for while there are none: `tillit keys init` may come after the first start. */
const keysOf = async (directory: string, until: AbortSignal): Promise<SigningKeys | undefined> => {
  for (let told = false; !until.aborted; told = true) {
    const keys = readSigningKeys(directory);
    if (keys.ok) return keys.value;
    if (keys.error.code !== "keys_missing") throw new Error(`${keys.error.code}: ${keys.error.detail}`);
    if (!told) log.warn({ directory }, "no keys yet: nothing is signed until `tillit keys init` has been run");
    await pause(LOOK_AGAIN_MS, until);
  }
  return undefined;
};

const work = async ({ databaseUrlWorker = "", keysDir = "", sweepSeconds }: Settings): Promise<void> => {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  const keys = await keysOf(keysDir, ending.signal);
  if (keys === undefined) return;
  await publishKeys(keysDir, keys.keyset, systemClock.now(), newTraceId());
  const running = await startWorker({
    databaseUrl: databaseUrlWorker,
    keys,
    http: guardedFetch,
    clock: systemClock,
    sweepSeconds,
  });
  log.info("the worker is ready");
  await new Promise<void>((resolve) => {
    if (ending.signal.aborted) resolve();
    ending.signal.addEventListener("abort", () => resolve());
  });
  await running.stop();
};

/**
 * `worker`: signs, applies, looks and probes until it is told to end.
 *
 * @returns the exit status: 0, or 78 for wrong settings, all of them named
 */
export const worker = async (): Promise<number> => {
  const read = readSettings("worker");
  if (!read.ok) {
    process.stderr.write(`Settings at fault:\n${read.error.map((fault) => `  ${fault}\n`).join("")}`);
    return EX_CONFIG;
  }
  await work(read.value);
  return 0;
};
