import { execFile } from "node:child_process";
import { parseArgs } from "node:util";
import { findByServerName } from "#lib/data/homeservers.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { ok } from "#lib/domain/result.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { guardedFetch } from "#lib/platform/http.ts";
import { type Conformance, type ConformanceDeps, reportConformance } from "#lib/reconcile/conformance-report.ts";
import { newReach } from "#lib/reconcile/reach.ts";
import { readSigningKeys } from "#lib/signing/key-files.ts";
import { ensureSealingKey } from "#lib/signing/sealing-key.ts";

const EX_USAGE = 64;
const LONGEST_MS = 180_000;
const USAGE = `usage: tillit conformance SERVER [--restart COMMAND] [--json]

Tries the contract on a real server as far as it allows, without cutting a partner or opening a door, and stores the
signed report. COMMAND is run by the shell of this machine; without it a restart is not tried.
`;
const MARKS = { pass: "pass", fail: "FAIL", not_tried: "not tried" } as const;

const optionsOf = (args: readonly string[]) => {
  try {
    const options = { restart: { type: "string" }, json: { type: "boolean" } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
};

const restarting = (command: string) => (): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile("sh", ["-c", command], { timeout: LONGEST_MS / 2 }, (fault, _, said) =>
      resolve(fault === null ? undefined : said.trim() || fault.message),
    );
  });

const printed = ({ findings }: Conformance): string =>
  findings.map(({ check, outcome, detail }) => `${MARKS[outcome].padEnd(10)} ${check.padEnd(12)} ${detail}\n`).join("");

const ownMeans = (): Omit<ConformanceDeps, "signal"> => {
  const { keysDir = "" } = settings();
  const keys = readSigningKeys(keysDir);
  if (!keys.ok) throw new Error(`${keys.error.code}: ${keys.error.detail}`);
  const reach = newReach(guardedFetch, systemClock, ensureSealingKey(keysDir));
  return { http: guardedFetch, reach, clock: systemClock, keys: keys.value };
};

/**
 * `tillit conformance SERVER [--restart COMMAND] [--json]`: run where the worker runs, with its settings and keys.
 *
 * @param means another network and clock, for tests
 * @returns the exit status: 0 where nothing failed, 1 where something did or nothing could be tried, 64 for wrong arguments
 */
export const conformance = async (args: readonly string[], means = ownMeans): Promise<number> => {
  const read = optionsOf(args);
  const name = parseServerName(read?.positionals[0] ?? "");
  if (read === undefined || !name.ok || read.positionals.length !== 1) {
    process.stderr.write(USAGE);
    return EX_USAGE;
  }
  const found = await asWorker(async (tx) => ok(await findByServerName(tx, name.value)));
  if (!found.ok || found.value === undefined) {
    process.stderr.write(`${name.value} is in no directory of this portal\n`);
    return 1;
  }
  const { restart, json } = read.values;
  const wish = { homeserver: found.value, ...(restart === undefined ? {} : { restart: restarting(restart) }) };
  const report = await reportConformance({ ...means(), signal: AbortSignal.timeout(LONGEST_MS) }, wish);
  if (!report.ok) {
    process.stderr.write(`${report.error}\n`);
    return 1;
  }
  process.stdout.write(json === true ? `${report.value.bytes}\n` : printed(report.value));
  return report.value.findings.some(({ outcome }) => outcome === "fail") ? 1 : 0;
};
