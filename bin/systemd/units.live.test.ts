import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = import.meta.dirname;
const UNITS = readdirSync(FOLDER).filter((name) => name.endsWith(".service"));
const text = (unit: string): string => readFileSync(join(FOLDER, unit), "utf8");

test("systemd accepts every shipped unit without a word", () => {
  const files = UNITS.map((unit) => join(FOLDER, unit));
  const { status, stderr, error } = spawnSync("systemd-analyze", ["verify", ...files], { encoding: "utf8" });
  expect(error).toBeUndefined();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("web and worker run as two users, and neither unit names the other's secrets", () => {
  expect(text("tillit-web.service")).toMatch(/^User=tillit-web$/m);
  expect(text("tillit-worker.service")).toMatch(/^User=tillit-worker$/m);
  expect(text("tillit-web.service")).not.toMatch(/TILLIT_KEYS_DIR|database-worker|database-owner/);
  expect(text("tillit-worker.service")).not.toMatch(/NEXTAUTH|sessions|database-web|database-owner/);
  expect(text("tillit-web.service")).toMatch(/^InaccessiblePaths=.*\/etc\/tillit\/keys/m);
});

test.each(["tillit-web.service", "tillit-worker.service", "tillit-agent.service"])(
  "%s is exposed no more than systemd calls OK",
  (unit) => {
    const { stdout } = spawnSync("systemd-analyze", ["security", "--offline=true", join(FOLDER, unit)], {
      encoding: "utf8",
    });
    const exposure = Number(/exposure level for [^:]+: ([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN);
    expect(exposure).toBeLessThan(3);
  },
);
