import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { HOUR } from "#lib/domain/instant.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { readSettings } from "#lib/platform/env.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { publishKeys } from "#lib/reconcile/keys.ts";
import { KEY_FILES } from "#lib/signing/key-files.ts";
import { DEFAULT_OVERLAP, type RotationFault, rotateKeys } from "#lib/signing/rotate-keys.ts";

const USAGE = `usage: tillit keys rotate [--root FILE …] [--overlap HOURS] [--epoch N] [--dir DIRECTORY]

Makes a new list key and a keyset that names it, signed by the root. A running worker takes it up by itself and signs
every list anew.
  --root     the root key's file, from where it is kept; repeat it where more than one must sign
  --overlap  how long the old key still counts (${DEFAULT_OVERLAP / HOUR}); 0 where it may be in other hands
  --epoch    after a restore: a number above every epoch that was ever used
`;

const SAY: Readonly<Record<RotationFault["code"], (detail: string) => string>> = {
  keys_missing: (detail) => `A key file is missing: ${detail}. Give --root FILE where the root key was moved away.`,
  keys_invalid: (detail) => `${detail} is not a key file of this federation.`,
  root_not_of_keyset: (detail) => `${detail} has not signed the keyset in force: no homeserver would follow it.`,
  epoch_not_above: (detail) => `The epoch is ${detail}: give a higher one.`,
};

const Options = z.object({
  dir: z.string().optional(),
  root: z.array(z.string()).optional(),
  overlap: z.coerce
    .number()
    .min(0)
    .max(365 * 24)
    .optional(),
  epoch: z.coerce.number().int().positive().optional(),
});

const optionsOf = (args: readonly string[]): z.output<typeof Options> | undefined => {
  try {
    const text = { type: "string" } as const;
    const options = { dir: text, overlap: text, epoch: text, root: { ...text, multiple: true } } as const;
    return Options.safeParse(parseArgs({ args: [...args], options }).values).data;
  } catch {
    return undefined;
  }
};

/**
 * `tillit keys rotate`: a new list key in place of the old, and with `--epoch` a new epoch. Published at once where the
 * worker's database is set; else by the worker, which looks for new keys every few seconds.
 *
 * @returns the exit status: 0, 1 where the keys at hand do not allow it, 2 for wrong arguments or settings
 */
export const keysRotate = async (args: readonly string[]): Promise<number> => {
  const options = optionsOf(args);
  const read = readSettings();
  if (options === undefined || !read.ok) {
    process.stderr.write(read.ok ? USAGE : `Settings at fault:\n  ${read.error.join("\n  ")}\n`);
    return 2;
  }
  const { home, keysDir, databaseUrlWorker } = read.value;
  const directory = options.dir ?? keysDir ?? join(home, "keys");
  const { root = [join(directory, KEY_FILES.root)], overlap, epoch } = options;
  const now = systemClock.now();
  const rotation = { roots: root, overlap: overlap === undefined ? DEFAULT_OVERLAP : overlap * HOUR, epoch, now };
  const rotated = rotateKeys(directory, rotation);
  if (!rotated.ok) {
    process.stderr.write(`${SAY[rotated.error.code](rotated.error.detail)}\n`);
    return 1;
  }
  const { listKeyId, remaining, keyset, serial } = rotated.value;
  if (databaseUrlWorker !== undefined) await publishKeys(directory, keyset, now, newTraceId());
  const beside = remaining.length === 0 ? "no other counts" : `beside it for a while: ${remaining.join(" ")}`;
  process.stdout.write(`keyset    ${rotated.value.epoch}.${serial}\nlist key  ${listKeyId}, ${beside}\n`);
  return 0;
};
