import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { capabilities, checkCapabilities } from "./checks/capabilities.ts";
import { REPORTS, saveResults, type TestResult } from "./checks/report.ts";
import { STEPS, type Step } from "./checks/steps.ts";

const ROOT = join(import.meta.dirname, "..");
const MOST_LANES = 4;
/** Each of these has homes, ports and databases of its own and leaves a core free; more would hold up what is timed. */
const HEAVY_LANES = 2;

/** Runs one command with its output kept, and shown as it comes where asked; answers its exit code and what it printed. */
const execute = async ({ name, command, env }: Step, live: boolean): Promise<{ code: number; output: string }> => {
  const [file = "", ...args] = command;
  const kept = createWriteStream(join(REPORTS, `${name.replaceAll(/\W+/g, "-")}.log`));
  const path = `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
  // The descriptor by which the launcher is watched is this process's own: a child does not have it.
  const { TILLIT_LAUNCHER_FD: _, ...inherited } = process.env;
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...inherited, ...env, PATH: path, FORCE_COLOR: "0", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = `${output}${chunk.toString()}`.slice(-4_000_000);
      kept.write(chunk);
      if (live) process.stdout.write(chunk);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.on("error", (fault) => {
      output = `${output}${name}: ${fault.message}\n`;
      resolve(127);
    });
    child.on("close", (status) => resolve(status ?? 1));
  });
  kept.end();
  return { code, output };
};

const itself = (step: Step, state: TestResult["state"]): TestResult => ({
  suite: "checks",
  file: "bin/checks.ts",
  name: step.name,
  state,
});

/** One step's rows. A command that fails although its report shows no failure is itself a failed test. */
const take = async (step: Step, live: boolean): Promise<readonly TestResult[]> => {
  const begun = Date.now();
  process.stdout.write(live ? `\n=== ${step.name}\n` : `--- ${step.name} begins\n`);
  const { code, output } = await execute(step, live);
  if (!live) process.stdout.write(`\n=== ${step.name}\n${output}`);
  const fault = step.inspect?.(output);
  if (fault !== undefined) process.stdout.write(`${fault}\n`);
  const held = code === 0 && fault === undefined;
  process.stdout.write(
    `=== ${step.name}: ${held ? "holds" : `fails (exit ${code})`}, ${((Date.now() - begun) / 1000).toFixed(1)} s\n`,
  );
  if (step.rows === undefined) return [itself(step, held ? "passed" : "failed")];
  try {
    const rows = step.rows(ROOT);
    if (rows.length === 0) return [itself(step, "failed")];
    return held || rows.some(({ state }) => state === "failed") ? rows : [...rows, itself(step, "failed")];
  } catch (unread) {
    process.stdout.write(`${step.name}: its report cannot be read: ${String(unread)}\n`);
    return [itself(step, "failed")];
  }
};

const judge = (rows: readonly TestResult[], full: boolean): readonly TestResult[] => {
  const faults = checkCapabilities(full ? rows : []);
  for (const fault of faults) process.stdout.write(`capabilities: ${fault}\n`);
  // Nothing is skipped silently: a test that did not run is a failure of the run.
  const whole = rows.map((row) => (row.state === "skipped" ? { ...row, state: "failed" as const } : row));
  return [
    ...whole,
    { suite: "checks", file: "bin/checks.ts", name: "capabilities", state: faults.length === 0 ? "passed" : "failed" },
  ];
};

const conclude = (rows: readonly TestResult[]): number => {
  const failed = rows.filter(({ state }) => state === "failed");
  for (const suite of new Set(rows.map((row) => row.suite))) {
    const own = rows.filter((row) => row.suite === suite);
    process.stdout.write(`${suite}: ${own.filter(({ state }) => state === "passed").length} of ${own.length}\n`);
  }
  for (const { file, name } of failed) process.stdout.write(`failed: ${file} > ${name}\n`);
  process.stdout.write(`${rows.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length === 0 ? 0 : 1;
};

/** Side by side, the longest first; what each printed comes whole. */
const takeTogether = async (steps: readonly Step[], most: number): Promise<readonly TestResult[]> => {
  const waiting = steps.toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  const rows: TestResult[] = [];
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      rows.push(...(await take(step, false)));
  };
  const lanes = Math.min(Math.max(2, availableParallelism()), most);
  await Promise.all(Array.from({ length: lanes }, lane));
  return rows;
};

const ofHalf = (steps: readonly Step[], wanted: Step["half"]) => steps.filter(({ half }) => half === wanted);

const runChecks = async (full: boolean, only: readonly string[]): Promise<number> => {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const wanted = STEPS.filter(({ name, half }) => (only.length === 0 ? full || half === "fast" : only.includes(name)));
  const rows = [...(await takeTogether(ofHalf(wanted, "fast"), MOST_LANES))];
  const heavy = ofHalf(wanted, "full");
  for (const step of heavy.filter(({ alone }) => alone === true)) rows.push(...(await take(step, true)));
  const beside = heavy.filter(({ alone }) => alone !== true);
  rows.push(...(await takeTogether(beside, HEAVY_LANES)));
  const judged = judge(rows, full && only.length === 0);
  if (full) saveResults(judged);
  return conclude(judged);
};

/**
 * `test [step …]`: everything, or the named steps. `check`: the fast half. `capabilities [--json]`: the table, as rows.
 * The last line is `N passed, N failed`, summed from the runners' own reports.
 */
export const main = async ([verb, ...rest]: readonly string[]): Promise<number> => {
  if (verb === "capabilities") {
    const rows = capabilities();
    const text = rows.map(
      ({ area, state, capability, where }) => `${state.padEnd(8)} ${area.padEnd(12)} ${capability} (${where})`,
    );
    process.stdout.write(rest.includes("--json") ? `${JSON.stringify(rows)}\n` : `${text.join("\n")}\n`);
    return 0;
  }
  return runChecks(verb === "test", rest);
};

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
