import { readFile } from "node:fs/promises";
import { newestDocuments } from "#lib/data/agents.ts";
import { findByServerName } from "#lib/data/homeservers.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { ok } from "#lib/domain/result.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { takeReceipt } from "#lib/operations/take-receipt.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newTraceId } from "#lib/platform/ids.ts";

const EX_USAGE = 64;
const USAGE = `usage: tillit list export SERVER > FILE
       tillit list import RECEIPT

For networks that no connection leaves: export writes the signed list of a server, to be carried to its agent (tillit agent
import); import takes the receipt that was carried back. Both are signed: whoever carries them can change nothing.
`;

const fail = (words: string): number => {
  process.stderr.write(`tillit list: ${words}\n`);
  return 1;
};

const exportList = async (server: string): Promise<number> => {
  const name = parseServerName(server);
  if (!name.ok) return fail(`${server} is no server name`);
  const found = await asWorker(async (tx) => {
    const id = await findByServerName(tx, name.value);
    return ok(id === undefined ? undefined : await newestDocuments(tx, id));
  });
  const newest = found.ok ? found.value : undefined;
  if (newest === undefined) return fail(`${name.value} is in no directory of this portal`);
  const { keyset, list } = newest;
  if (keyset === undefined || list === undefined)
    return fail(`nothing is signed for ${name.value} yet: connect it, and see its page for what is missing`);
  const documents = [
    { kind: "keyset", bytes: keyset.bytes },
    { kind: "list", bytes: list.bytes },
    ...(list.renewal === undefined ? [] : [{ kind: "renewal", bytes: list.renewal }]),
  ];
  process.stdout.write(`${JSON.stringify({ documents })}\n`);
  return 0;
};

const importReceipt = async (path: string): Promise<number> => {
  const text = (await readFile(path, "utf8")).trim();
  // It was on its way for as long as it takes to carry it; its order is kept by its sequence.
  const asking = { now: systemClock.now(), traceId: newTraceId(), signal: AbortSignal.timeout(60_000), carried: true };
  const taken = await takeReceipt(text, asking);
  if (!taken.ok) return fail(`${taken.error.code} ${taken.error.detail}: the receipt was not taken`);
  process.stdout.write("the receipt is taken\n");
  return 0;
};

/**
 * `tillit list export SERVER` and `tillit list import RECEIPT`: run where the worker runs, with its settings.
 *
 * @returns the exit status: 0 done, 1 with why not on standard error, 64 for wrong arguments
 */
export const listFiles = async ([verb, what, ...rest]: readonly string[]): Promise<number> => {
  if (what === undefined || rest.length > 0 || (verb !== "export" && verb !== "import")) {
    process.stderr.write(USAGE);
    return EX_USAGE;
  }
  return verb === "export" ? exportList(what) : importReceipt(what);
};
