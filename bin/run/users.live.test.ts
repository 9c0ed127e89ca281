import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { folder } from "./home.ts";
import { layOut, ROOT } from "./layout.ts";
import { separate, userFor } from "./users.ts";

const home = mkdtempSync(join(folder(join(ROOT, ".tillit"), 0o755), "users-"));
afterAll(() => rmSync(home, { recursive: true }));

const separation = separate(ROOT);
const layout = layOut(home, separation);
const keyFile = join(layout.keys, "list.json");
writeFileSync(keyFile, "{}", { mode: 0o600 });
const worker = userFor(separation, "worker");
if (worker !== undefined) chownSync(keyFile, worker.uid, worker.gid);

/** What a process of that user gets when it reads the list key. */
const readAs = (user: "web" | "worker" | "database"): string => {
  const script = `try{require("node:fs").readFileSync(${JSON.stringify(keyFile)});console.log("read")}catch(e){console.log(e.code)}`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    cwd: "/",
    ...userFor(separation, user),
  });
  return stdout.trim();
};

test("started as root, the web's user gets EACCES for the list key and the worker's reads it; else one line says so", () => {
  if (process.getuid?.() === 0) {
    expect(separation.kind).toBe("users");
    expect([readAs("web"), readAs("database"), readAs("worker")]).toEqual(["EACCES", "EACCES", "read"]);
  } else {
    expect(separation).toMatchObject({ kind: "environment" });
    expect(separation.kind === "environment" && separation.why.split("\n")).toHaveLength(1);
  }
});
