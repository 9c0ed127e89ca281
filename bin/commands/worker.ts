import { DAY } from "#lib/domain/instant.ts";
import { startOutgoing } from "#lib/outgoing/rounds.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { readSettings, type Settings } from "#lib/platform/env.ts";
import { guardedFetch } from "#lib/platform/http.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { log } from "#lib/platform/log.ts";
import { publishKeys, publishSealingKey } from "#lib/reconcile/keys.ts";
import { startProvingNames } from "#lib/reconcile/prove-names.ts";
import { startWorker } from "#lib/reconcile/worker.ts";
import { readKeyset } from "#lib/signing/documents.ts";
import { readSigningKeys, type SigningKeys } from "#lib/signing/key-files.ts";
import { ensureSealingKey } from "#lib/signing/sealing-key.ts";

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

const NEAR_ITS_END = 30 * DAY;

/** Says in the log when the list key will soon sign nothing any more. */
const warnOfEnd = ({ keyset, signer }: SigningKeys): void => {
  const read = readKeyset(keyset);
  const until = read.ok ? read.value.fields.list_keys[signer.keyId]?.until : undefined;
  if (until !== undefined && until - systemClock.now() < NEAR_ITS_END)
    log.warn({ keyId: signer.keyId, until }, "the list key ends soon: run `tillit keys rotate`");
};

/** Takes up keys that were rotated meanwhile; what cannot be read is said once and changes nothing. */
const followKeys = async (
  directory: string,
  held: SigningKeys,
  takeUp: (keys: SigningKeys) => Promise<void>,
  until: AbortSignal,
): Promise<void> => {
  let { keyset } = held;
  let told = "";
  while (!until.aborted) {
    await pause(LOOK_AGAIN_MS, until);
    const keys = readSigningKeys(directory);
    if (!keys.ok && keys.error.code !== told) log.warn({ ...keys.error }, "the keys in use are kept");
    told = keys.ok ? "" : keys.error.code;
    if (!keys.ok || keys.value.keyset === keyset) continue;
    try {
      await publishKeys(directory, keys.value.keyset, systemClock.now(), newTraceId());
      await takeUp(keys.value);
      keyset = keys.value.keyset;
      log.info({ keyId: keys.value.signer.keyId }, "new keys are in use");
    } catch (error) {
      log.warn({ err: error }, "new keys could not be taken up yet");
    }
  }
};

const work = async (given: Settings): Promise<void> => {
  const { databaseUrlWorker = "", keysDir = "", sweepSeconds } = given;
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  const keys = await keysOf(keysDir, ending.signal);
  if (keys === undefined) return;
  await publishKeys(keysDir, keys.keyset, systemClock.now(), newTraceId());
  const sealing = ensureSealingKey(keysDir);
  await publishSealingKey(sealing, systemClock.now());
  const running = await startWorker({
    sealing,
    databaseUrl: databaseUrlWorker,
    keys,
    http: guardedFetch,
    clock: systemClock,
    sweepSeconds,
  });
  const outgoing = startOutgoing({ ...given, clock: systemClock, http: guardedFetch, sealing });
  const proving = startProvingNames({ http: guardedFetch, clock: systemClock });
  log.info("the worker is ready");
  warnOfEnd(keys);
  await followKeys(keysDir, keys, running.useKeys, ending.signal);
  proving.stop();
  await Promise.all([running.stop(), outgoing.stop()]);
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
