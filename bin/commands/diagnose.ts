import { findByServerName } from "#lib/data/homeservers.ts";
import { asWorker } from "#lib/data/transaction.ts";
import type { Check } from "#lib/domain/diagnosis.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { guardedFetch } from "#lib/platform/http.ts";
import { type DiagnosisDeps, type Direction, diagnose, type Findings } from "#lib/reconcile/diagnose.ts";
import { newReach } from "#lib/reconcile/reach.ts";
import { readSigningKeys } from "#lib/signing/key-files.ts";
import { ensureSealingKey, type SealingKey } from "#lib/signing/sealing-key.ts";

const EX_USAGE = 64;
const EX_UNKNOWN = 2;
const LONGEST_MS = 60_000;

const MARKS = { pass: "pass   ", fail: "FAIL   ", unknown: "unknown" } as const;
const ANSWERS = { yes: "yes", no: "no", unknown: "not shown" } as const;
const MOMENTS = new Set(["until", "at"]);

const shown = (name: string, value: string | number): string =>
  MOMENTS.has(name) && typeof value === "number" ? new Date(value).toISOString() : String(value);

const worded = (text: string, params: Check["params"]): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => shown(name, params[name] ?? ""));

const linesOf = ({ from, to, answer, checks }: Direction): readonly string[] => [
  `${from} to ${to}: ${ANSWERS[answer]}`,
  ...checks.flatMap(({ check, result, reason, next, params }) => [
    `  ${MARKS[result]}  ${en.diagnose.check[check].padEnd(26)} ${worded(en.diagnose.reason[reason], params)}`,
    ...(next === null ? [] : [`${" ".repeat(38)}→ ${worded(en.diagnose.next[next], params)}`]),
  ]),
];

/** The findings as a person reads them on a terminal. */
const printed = ({ directions }: Findings): string =>
  `${directions.flatMap((direction) => [...linesOf(direction), ""]).join("\n")}`;

const idsOf = async (names: readonly string[]): Promise<readonly (HomeserverId | undefined)[]> => {
  const found = await asWorker(async (tx) => {
    const ids: (HomeserverId | undefined)[] = [];
    for (const text of names) {
      const name = parseServerName(text);
      ids.push(name.ok ? await findByServerName(tx, name.value) : undefined);
    }
    return ok(ids);
  });
  return found.ok ? found.value : [];
};

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** What a diagnosis at the terminal is made with; a test gives its own network. */
type Means = Omit<DiagnosisDeps, "signal" | "reach"> & { readonly sealing?: SealingKey };

const ownMeans = (): Means => {
  const { keysDir = "" } = settings();
  const keys = readSigningKeys(keysDir);
  if (!keys.ok) throw new Error(`${keys.error.code}: ${keys.error.detail}`);
  return { http: guardedFetch, clock: systemClock, keys: keys.value, sealing: ensureSealingKey(keysDir) };
};

/**
 * `tillit diagnose SERVER SERVER [--json]`: run where the worker runs, with its settings and keys. Looks for both servers
 * anew and changes nothing on either.
 *
 * @returns the exit status: 0 where no check failed, 1 where one did, 2 for a server that the portal does not know, 64
 *   for wrong arguments
 */
export const diagnoseCommand = async (args: readonly string[], given?: Means): Promise<number> => {
  const names = args.filter((arg) => arg !== "--json");
  const [first, second, ...more] = names;
  if (first === undefined || second === undefined || more.length > 0 || names.some((arg) => arg.startsWith("-"))) {
    say("usage: tillit diagnose SERVER SERVER [--json]");
    return EX_USAGE;
  }
  const [from, to] = await idsOf([first, second]);
  if (from === undefined || to === undefined) {
    say(`${from === undefined ? first : second} is no homeserver of this federation`);
    return EX_UNKNOWN;
  }
  const means = given ?? ownMeans();
  const reach = newReach(means.http, means.clock, means.sealing);
  const findings = await diagnose({ ...means, reach, signal: AbortSignal.timeout(LONGEST_MS) }, { from, to });
  if (findings === undefined) return EX_UNKNOWN;
  process.stdout.write(args.includes("--json") ? `${JSON.stringify(findings)}\n` : printed(findings));
  return findings.directions.some(({ checks }) => checks.some(({ result }) => result === "fail")) ? 1 : 0;
};
