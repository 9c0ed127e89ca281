import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "#lib/platform/clock.ts";
import { readSettings } from "#lib/platform/env.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { publishKeys } from "#lib/reconcile/keys.ts";
import { initKeys, KEY_FILES } from "#lib/signing/key-files.ts";
import { ensureSealingKey, SEALING_FILE } from "#lib/signing/sealing-key.ts";

const USAGE = `usage: tillit keys init [--dir DIRECTORY] [--federation ID]

Makes the federation's root key, the worker's list key, and the first keyset that binds them. Nothing is overwritten.
`;

const optionsOf = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: { dir: { type: "string" }, federation: { type: "string" } } }).values;
  } catch {
    return undefined;
  }
};

/**
 * `tillit keys init`: writes the keys, publishes keyset and root fingerprint where the worker's database is set, and
 * says what to do with the root key.
 *
 * @returns the exit status: 0, 1 where keys are there already, 2 for wrong arguments or settings
 */
export const keysInit = async (args: readonly string[]): Promise<number> => {
  const options = optionsOf(args);
  const read = readSettings();
  if (options === undefined || !read.ok) {
    process.stderr.write(read.ok ? USAGE : `Settings at fault:\n  ${read.error.join("\n  ")}\n`);
    return 2;
  }
  const { home, keysDir, federationId, databaseUrlWorker } = read.value;
  const directory = options.dir ?? keysDir ?? join(home, "keys");
  const federation = options.federation ?? federationId;
  if (federation === undefined) {
    process.stderr.write(`${USAGE}\nGive --federation or TILLIT_FEDERATION_ID: a DNS-style name, never reused.\n`);
    return 2;
  }
  const made = initKeys(directory, federation, systemClock.now());
  // Keys made before there were credentials have none to seal to; this one is made beside them.
  ensureSealingKey(directory);
  if (!made.ok) {
    process.stderr.write(`${directory} holds keys already; they are left as they are.\n`);
    return 1;
  }
  const { rootKeyId, rootPublicKey, fingerprint, keyset } = made.value;
  if (databaseUrlWorker !== undefined) await publishKeys(directory, keyset, systemClock.now(), newTraceId());
  process.stdout.write(
    `federation   ${federation}\nroot key     ${rootKeyId} ${rootPublicKey}\nfingerprint  ${fingerprint}\n`,
  );
  process.stderr.write(
    `\nMove ${join(directory, KEY_FILES.root)} off this machine now: it names every future list key, and nothing here needs it.\n` +
      `Publish the fingerprint where operators find it without this portal; they compare it before they pin the key.\n` +
      `The worker reads ${KEY_FILES.list}, ${KEY_FILES.keyset} and ${SEALING_FILE} from ${directory}; no other process may.\n`,
  );
  return 0;
};
