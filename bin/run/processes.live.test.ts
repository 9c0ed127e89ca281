import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { freePort } from "./processes.ts";

const PARENT = join(import.meta.dirname, "fixtures/parent.ts");

/** Ended but not yet collected by a careless init is ended, too. */
const isZombie = (pid: number): boolean => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
};

const startParent = async (): Promise<{ parent: ChildProcess; children: readonly number[] }> => {
  const parent = spawn(process.execPath, [PARENT], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve) => parent.stdout.once("data", (chunk) => resolve(String(chunk))));
  return { parent, children: line.trim().split(" ").map(Number) };
};

const allGoneWithin = async (pids: readonly number[], ms: number): Promise<boolean> => {
  const until = Date.now() + ms;
  while (Date.now() < until && pids.some(isAlive)) await pause(50);
  return !pids.some(isAlive);
};

test("children end within five seconds when their program is killed with -9, the stubborn one too", async () => {
  const { parent, children } = await startParent();
  expect(children.map(isAlive)).toEqual([true, true]);
  parent.kill("SIGKILL");
  expect(await allGoneWithin(children, 5_500)).toBe(true);
});

test("children end within five seconds when their program is asked to end", async () => {
  const { parent, children } = await startParent();
  parent.kill("SIGTERM");
  expect(await allGoneWithin(children, 5_500)).toBe(true);
});

test("a taken port is replaced, and the caller is told by which", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const taken = address !== null && typeof address === "object" ? address.port : 0;
  const told: number[] = [];
  const port = await freePort(taken, (other) => told.push(other));
  server.close();
  expect(port).not.toBe(taken);
  expect(told).toEqual([port]);
});
