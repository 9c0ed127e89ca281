import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { localHttp } from "./local-http.ts";
import { newFolder } from "./programs.fixture.ts";
import { replaceFile, runCommand, tell } from "./target.ts";

const run = promisify(execFile);
const WRITER = join(import.meta.dirname, "fixtures/write.ts");
const soon = (): AbortSignal => AbortSignal.timeout(20_000);

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await newFolder());
});
afterAll(() => remove());

const inside = async (name: string): Promise<string> => {
  const dir = join(folder, name);
  await mkdir(dir);
  return join(dir, "list.conf");
};

it("a disk that is full while writing leaves the file as it was, and nothing half-written beside it", async () => {
  const path = await inside("full");
  // A file system of 64 KiB of its own, in a namespace of its own.
  const script = `mount -t tmpfs -o size=64k none "$(dirname "$1")" && exec "$2" "$3" "$1" once`;
  const { stdout } = await run("unshare", ["-rm", "sh", "-c", script, "sh", path, process.execPath, WRITER]);
  const form = z.object({
    first: z.object({ ok: z.literal(true) }),
    second: z.object({
      ok: z.literal(false),
      error: z.object({ code: z.string(), kind: z.string(), detail: z.string() }),
    }),
    text: z.string(),
    files: z.array(z.string()),
  });
  const { second, text, files } = form.parse(JSON.parse(stdout));
  expect(second.error).toMatchObject({ code: "disk_full", kind: "away" });
  expect(second.error.detail).toContain("make room");
  expect([text, files]).toEqual(["small\n", ["list.conf"]]);
});

it("a writer that is killed at any moment leaves the text before or the text after, never a part", async () => {
  const path = await inside("killed");
  const whole = new Set(["a".repeat(2_000_000), "b".repeat(2_000_000)]);
  for (let turn = 0; turn < 15; turn += 1) {
    const child = spawn(process.execPath, [WRITER, path, "for-ever"], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, (turn * 7) % 23));
    child.kill("SIGKILL");
    await once(child, "close");
    const text = await readFile(path, "utf8");
    expect(whole.has(text), `${text.length} characters`).toBe(true);
  }
  // What the last one left beside it is written over, not stumbled over.
  expect((await replaceFile(path, "after\n", 0o640)).ok).toBe(true);
  expect(await readdir(join(path, ".."))).toEqual(["list.conf"]);
});

it("the file gets the permissions that were set, whatever the process's own mask", async () => {
  const path = await inside("mode");
  const mask = process.umask(0o077);
  try {
    expect((await replaceFile(path, "x\n", 0o644)).ok).toBe(true);
  } finally {
    process.umask(mask);
  }
  expect((await stat(path)).mode & 0o777).toBe(0o644);
});

it("a link that somebody put where the new text is written is not followed", async () => {
  const path = await inside("link");
  const victim = join(folder, "victim");
  await writeFile(victim, "untouched");
  await symlink(victim, join(path, "..", ".list.conf.tillit-new"));
  expect((await replaceFile(path, "x\n", 0o640)).ok).toBe(true);
  expect([await readFile(victim, "utf8"), await readFile(path, "utf8")]).toEqual(["untouched", "x\n"]);
});

it("a folder that is not there is a refusal with its path", async () => {
  const done = await replaceFile(join(folder, "nowhere", "list.conf"), "x\n", 0o640);
  expect(done).toMatchObject({ ok: false, error: { code: "write_refused" } });
  expect(JSON.stringify(done)).toContain("nowhere");
});

it("a signal reaches the process of the file, and never a group or the system's first", async () => {
  const pidFile = join(folder, "pid");
  const child = spawn(process.execPath, [
    "-e",
    'process.on("SIGHUP", () => { console.log("told"); process.exit() }); setInterval(() => {}, 1000); console.log("up")',
  ]);
  const said = child.stdout;
  await once(said, "data");
  await writeFile(pidFile, `${child.pid}\n`);
  expect((await tell({ signal: "SIGHUP", pidFile }, localHttp, soon())).ok).toBe(true);
  expect(String((await once(said, "data"))[0])).toContain("told");
  await once(child, "close");
  for (const pid of [`${child.pid}`, "0", "-1", "1", "", "x", "12 34"]) {
    await writeFile(pidFile, pid);
    const told = await tell({ signal: "SIGHUP", pidFile }, localHttp, soon());
    expect(told, pid).toMatchObject({ ok: false, error: { code: "reload_failed", kind: "away" } });
  }
});

it("a command runs without a shell, and its own words are kept where it fails", async () => {
  expect(await runCommand(["true", "; touch /nowhere"], soon())).toBeUndefined();
  expect(await runCommand(["sh", "-c", "echo why >&2; exit 3"], soon())).toBe("sh: exit 3 why");
  expect(await runCommand(["/no/such/program"], soon())).toContain("ENOENT");
  const notRunnable = join(folder, "not-runnable");
  await writeFile(notRunnable, "");
  await chmod(notRunnable, 0o600);
  expect(await runCommand([notRunnable], soon())).toContain("EACCES");
  expect(await runCommand(["sleep", "60"], AbortSignal.timeout(100))).toBeDefined();
});
