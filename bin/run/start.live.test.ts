import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { folder } from "./home.ts";
import { ROOT } from "./layout.ts";
import { freePort } from "./processes.ts";

// Inside the product's folder, so that the system users of web, worker and database may pass through.
const home = mkdtempSync(join(folder(join(ROOT, ".tillit"), 0o755), "start-"));
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const launcher of started) launcher.kill("SIGTERM");
  for (const launcher of started) while (launcher.exitCode === null && launcher.signalCode === null) await pause(50);
  rmSync(home, { recursive: true, force: true });
});

type Running = { readonly launcher: ChildProcess; readonly base: string; readonly link: string };

type By = "npm" | "launcher";

/** `npm start` as a person types it, or the launcher alone, until it has printed where it is and the one-time link. */
const start = async (by: By): Promise<Running> => {
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    TILLIT_HOME: home,
    TILLIT_PORT: String(port),
    TILLIT_FEDERATION_ID: "start.tillit.example",
    TILLIT_ENVIRONMENT: "test",
  };
  const command = { npm: ["npm", "start"], launcher: [process.execPath, join(ROOT, "bin/launch.mjs"), "start"] }[by];
  const [file = "", ...args] = command;
  const launcher = spawn(file, args, {
    cwd: ROOT,
    env: { ...env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(launcher);
  let said = "";
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  const until = Date.now() + 150_000;
  for (;;) {
    const base = /^Tillit: (http:\S+)$/m.exec(said)?.[1];
    const link = /^Set-up, once, within 24 hours: (http:\S+)$/m.exec(said)?.[1];
    if (base !== undefined && link !== undefined) return { launcher, base, link };
    if (launcher.exitCode !== null || Date.now() > until) throw new Error(`it did not start:\n${said.slice(-4_000)}`);
    await pause(50);
  }
};

/** Everything that the launcher has started, and what that has started. */
const familyOf = (root: number): readonly number[] => {
  const pairs = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): readonly number[] =>
    pairs.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid, ...below(pid)] : []));
  return below(root);
};

const isAlive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

const goneWithin = async (pids: readonly number[], ms: number): Promise<readonly number[]> => {
  const until = Date.now() + ms;
  while (Date.now() < until && pids.some(isAlive)) await pause(50);
  return pids.filter(isAlive);
};

const statusOf = async (url: string): Promise<number> => (await fetch(url, { redirect: "manual" })).status;

/** A browser that has sent half a request and waits. */
const halfAsked = (base: string): Promise<ReturnType<typeof connect>> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(base).port), "127.0.0.1", () => {
      socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\n");
      resolve(socket);
    });
    socket.on("error", () => undefined);
  });

test("on an empty folder npm start brings database, migrations, web and worker up, prints a one-time set-up link, and Ctrl-C ends every child, open connections included", async () => {
  const { launcher, base, link } = await start("npm");
  expect([await statusOf(`${base}/healthz`), await statusOf(`${base}/readyz`)]).toEqual([200, 200]);
  expect(new URL(link).origin).toBe(base);
  // Opening the link redeems nothing: it may be opened again.
  expect([await statusOf(link), await statusOf(link)]).toEqual([200, 200]);
  expect((await statusOf(`${base}/api/v1/session`)) < 500).toBe(true);
  const socket = await halfAsked(base);
  const family = familyOf(launcher.pid ?? 0);
  const commands = execFileSync("ps", ["-o", "args=", "-p", family.join(",")], { encoding: "utf8" });
  for (const part of ["postgres", "tillit.ts worker", "next"]) expect(commands).toContain(part);
  launcher.kill("SIGTERM");
  expect(await goneWithin(family, 5_500)).toEqual([]);
  socket.destroy();
});

test.each<By>(["npm", "launcher"])(
  "killed with -9 the %s takes every child with it, and the next start just works",
  async (by) => {
    const running = await start(by);
    const family = familyOf(running.launcher.pid ?? 0);
    expect(family.length).toBeGreaterThan(4);
    running.launcher.kill("SIGKILL");
    expect(await goneWithin(family, 6_000)).toEqual([]);
    const next = await start("launcher");
    expect(await statusOf(`${next.base}/readyz`)).toBe(200);
    const after = familyOf(next.launcher.pid ?? 0);
    next.launcher.kill("SIGTERM");
    expect(await goneWithin(after, 5_500)).toEqual([]);
  },
);
