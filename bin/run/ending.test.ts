import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { endTogether } from "./ending.ts";
import { takeHome } from "./home.ts";

const listening = () => ["SIGINT", "SIGTERM", "SIGHUP", "exit"].map((name) => process.listenerCount(name));

it("leaves no listener behind: one process may bring up one world after another without end", async () => {
  const home = mkdtempSync(join(tmpdir(), "tillit-ending-"));
  takeHome(home);
  const before = listening();
  for (let at = 0; at < 30; at += 1) {
    takeHome(home);
    const ending = endTogether();
    expect(process.listenerCount("SIGTERM")).toBe((before[1] ?? 0) + 1);
    await ending.end("over");
    await ending.over;
  }
  expect(listening()).toEqual(before);
  rmSync(home, { recursive: true });
});

it("stops what stands above before what it stands on, and everything even where one fails", async () => {
  const stopped: string[] = [];
  const thing = (name: string, fails = false) => ({
    name,
    stop: async () => {
      stopped.push(name);
      if (fails) throw new Error(name);
    },
  });
  const ending = endTogether();
  ending.addGround(thing("database"));
  ending.add(thing("web", true), thing("worker"));
  await ending.end("told to");
  expect(stopped).toEqual(["web", "worker", "database"]);
  expect(await ending.over).toBe("told to");
});
