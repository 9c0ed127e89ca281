import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 240_000;

/** Begins a demo of its own for the journeys, and answers how to end it. A demo that is named already is left alone. */
const start = async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env["TILLIT_DEMO_FILE"] !== undefined) return undefined;
  // Under the root: PostgreSQL's own user must be able to walk down to its data.
  const home = mkdtempSync(join(import.meta.dirname, "../.tillit-e2e-"));
  const file = join(home, "demo.json");
  const demo = spawn(process.execPath, [join(import.meta.dirname, "../bin/tillit.ts"), "demo"], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, TILLIT_HOME: home },
  });
  const ended = new Promise<void>((resolve) => demo.once("exit", () => resolve()));
  const end = async (): Promise<void> => {
    demo.kill("SIGTERM");
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  const until = Date.now() + PATIENCE_MS;
  while (!existsSync(file)) {
    if (demo.exitCode !== null || Date.now() > until) {
      await end();
      throw new Error("the demo did not start: its own words stand above");
    }
    await pause(250);
  }
  process.env["TILLIT_DEMO_FILE"] = file;
  return end;
};

export default start;
