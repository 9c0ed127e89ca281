import { expect, test } from "vitest";
import { newScheduler, type RunResult, type SchedulerOptions } from "./scheduler.ts";

const done: RunResult = { again: undefined, failed: false };
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const schedulerWith = (run: SchedulerOptions["run"], more: Partial<SchedulerOptions> = {}) =>
  newScheduler({
    run,
    places: 2,
    slowPlaces: 1,
    slowAfter: 20,
    newTraceId: () => "own",
    onError: () => undefined,
    ...more,
  });

test("ten wake-ups of a server that waits are one round; a wake-up during its round is one more", async () => {
  const rounds: string[] = [];
  const scheduler = schedulerWith(
    async (key) => {
      rounds.push(key);
      await pause(10);
      return done;
    },
    { places: 1 },
  );
  scheduler.wake("busy", "t");
  for (let at = 0; at < 10; at += 1) scheduler.wake("a", "t");
  for (let at = 0; at < 10; at += 1) scheduler.wake("busy", "t");
  await scheduler.idle();
  expect(rounds.toSorted()).toEqual(["a", "busy", "busy"]);
});

test("no server's rounds ever overlap", async () => {
  let inside = 0;
  let most = 0;
  const scheduler = schedulerWith(async () => {
    inside += 1;
    most = Math.max(most, inside);
    await pause(3);
    inside -= 1;
    return done;
  });
  for (let at = 0; at < 20; at += 1) {
    scheduler.wake("a", "t");
    await pause(1);
  }
  await scheduler.idle();
  expect(most).toBe(1);
});

test("servers that hang take no place from the others, however many they are", async () => {
  const release: (() => void)[] = [];
  const served: string[] = [];
  const scheduler = schedulerWith(async (key) => {
    if (key.startsWith("dead")) await new Promise<void>((resolve) => release.push(resolve));
    served.push(key);
    return { again: undefined, failed: key.startsWith("dead") };
  });
  for (let at = 0; at < 6; at += 1) scheduler.wake(`dead${at}`, "t");
  for (let at = 0; at < 20; at += 1) scheduler.wake(`live${at}`, "t");
  await pause(150);
  expect(served.filter((key) => key.startsWith("live"))).toHaveLength(20);
  for (let left = 6; left > 0; ) {
    left -= release.splice(0).map((free) => free()).length;
    await pause(30);
  }
  await scheduler.idle();
  expect(served).toHaveLength(26);
});

test("a round that throws is tried again, and its server is then among the slow", async () => {
  const faults: string[] = [];
  const scheduler = schedulerWith(
    async () => {
      throw new Error("broken");
    },
    { onError: (key) => faults.push(key) },
  );
  scheduler.wake("a", "t");
  await scheduler.idle();
  expect(faults).toEqual(["a"]);
  await scheduler.stop(0);
});

test("a server is woken by itself at the instant that its round named", async () => {
  const at: number[] = [];
  const started = performance.now();
  const scheduler = schedulerWith(async (_key, trace) => {
    at.push(performance.now() - started);
    return trace === "own" ? done : { again: 40, failed: false };
  });
  scheduler.wake("a", "t");
  await pause(120);
  expect(at).toHaveLength(2);
  expect(at[1]).toBeGreaterThanOrEqual(39);
});

test("stopping waits for what runs, aborts what outlasts the grace, and takes nothing new", async () => {
  const reasons: unknown[] = [];
  const scheduler = schedulerWith(
    (_key, _trace, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          resolve(done);
        });
      }),
  );
  scheduler.wake("a", "t");
  const stopping = scheduler.stop(10);
  scheduler.wake("b", "t");
  await stopping;
  expect(reasons).toHaveLength(1);
  expect(scheduler.running() + scheduler.waiting()).toBe(0);
});
