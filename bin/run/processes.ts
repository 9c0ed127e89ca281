import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** How long a child may take to end by itself, in ms: everything is gone within five seconds of a Ctrl-C. */
const GRACE_MS = 3_500;

/** A system user under which a child runs. */
export type RunAs = { readonly uid: number; readonly gid: number };

export type ProcessOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The child's whole environment: nothing is inherited, so that no secret is by accident. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly runAs?: RunAs | undefined;
  /** Where its output goes; absent: the terminal. */
  readonly logFile?: string;
  /** What asks it to end; PostgreSQL's quick end is SIGINT. */
  readonly endsBy?: NodeJS.Signals;
};

export type RunningProcess = {
  readonly name: string;
  readonly pid: number;
  /** Resolves with a sentence when the process has ended, whoever ended it. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  readonly stop: () => Promise<void>;
};

type Guardian = { readonly tell: (line: string) => void };
let guardian: Guardian | undefined;

const theGuardian = (): Guardian => {
  if (guardian !== undefined) return guardian;
  const child = spawn(process.execPath, [join(import.meta.dirname, "guardian.mjs")], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { NODE_ENV: "production" },
  });
  child.stdin.on("error", () => undefined);
  child.unref();
  // The pipe must not keep this process alive; its end tells the guardian that this process is gone.
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  guardian = { tell: (line) => child.stdin.write(`${line}\n`) };
  return guardian;
};

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
};

const onEnd = (child: ChildProcess, name: string): Promise<string> =>
  new Promise((resolve) => {
    child.once("error", (fault) => resolve(`${name} could not start: ${fault.message}`));
    child.once("exit", (code, signal) => resolve(`${name} ended (${signal ?? `exit ${code ?? "unknown"}`})`));
  });

/**
 * Starts a child in a process group of its own, which ends with this process: orderly by `stop`, and by the guardian
 * when this process is killed.
 *
 * @throws if the command cannot be found
 */
export const startProcess = (options: ProcessOptions): RunningProcess => {
  const { name, command, args, env, cwd, runAs, logFile, endsBy = "SIGTERM" } = options;
  const output = logFile === undefined ? ("inherit" as const) : openSync(logFile, "a", 0o600);
  const child = spawn(command, [...args], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { NODE_ENV: "production", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(runAs === undefined ? {} : runAs),
  });
  if (typeof output === "number") closeSync(output);
  const { pid } = child;
  let over = false;
  const ended = onEnd(child, name).then((sentence) => {
    over = true;
    if (pid !== undefined) theGuardian().tell(`del ${pid}`);
    return sentence;
  });
  if (pid === undefined) throw new Error(`${name} could not start: ${command}`);
  theGuardian().tell(`add ${pid} ${endsBy} group`);
  const stop = async (): Promise<void> => {
    if (over) return;
    signalGroup(pid, endsBy);
    const left = setTimeout(() => signalGroup(pid, "SIGKILL"), GRACE_MS);
    await ended;
    clearTimeout(left);
    signalGroup(pid, "SIGKILL");
  };
  return { name, pid, ended, hasEnded: () => over, stop };
};

const isFree = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      const found = address !== null && typeof address === "object" ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });

/**
 * The wished port of 127.0.0.1, or any free one if it is taken.
 *
 * @param taken is told of the wished port and the one that replaces it
 */
export const freePort = async (wished = 0, taken?: (replacement: number) => void): Promise<number> => {
  const wish = await isFree(wished);
  if (wish !== undefined) return wish;
  const other = await isFree(0);
  if (other === undefined) throw new Error("No free port on 127.0.0.1");
  taken?.(other);
  return other;
};

/** Whether something listens on that port of 127.0.0.1. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/**
 * Waits until `ready` answers true.
 *
 * @throws when the process ends first, or `withinMs` have passed
 */
export const untilReady = async (
  child: RunningProcess,
  ready: () => Promise<boolean>,
  withinMs: number,
): Promise<void> => {
  const until = Date.now() + withinMs;
  while (!(await ready().catch(() => false))) {
    if (child.hasEnded()) throw new Error(await child.ended);
    if (Date.now() > until) throw new Error(`${child.name} did not answer within ${withinMs / 1_000} s`);
    await pause(50);
  }
};
