import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { systemClock } from "#lib/platform/clock.ts";
import { initKeys, KEY_FILES, readSigningKeys } from "#lib/signing/key-files.ts";
import { keysRotate } from "./keys-rotate.ts";

const folder = mkdtempSync(join(tmpdir(), "tillit-keys-rotate-"));
const directory = join(folder, "keys");
initKeys(directory, "federation.example", systemClock.now());
afterEach(() => vi.restoreAllMocks());
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const run = async (...args: string[]) => {
  let out = "";
  let said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const status = await keysRotate(["--dir", directory, ...args]);
  vi.restoreAllMocks();
  return { status, out, said };
};

it("prints the new keyset's place and the key, and the worker reads what it wrote", async () => {
  const { status, out } = await run("--overlap", "24");
  const keys = readSigningKeys(directory);
  expect(status).toBe(0);
  expect(out).toContain("keyset    1.2");
  expect(out).toContain(keys.ok ? keys.value.signer.keyId : "no key");
});

it("says what is missing and what to do, and changes nothing", async () => {
  const before = readSigningKeys(directory);
  expect(await run("--root", join(folder, "gone.json"))).toMatchObject({ status: 1, out: "" });
  expect((await run("--root", join(folder, "gone.json"))).said).toContain("--root FILE");
  expect(await run("--epoch", "1")).toMatchObject({ status: 1, out: "" });
  expect(await run("--overlap", "soon")).toMatchObject({ status: 2, out: "" });
  expect(await run("--epoch", "0", "--root", join(directory, KEY_FILES.root))).toMatchObject({ status: 2 });
  expect(readSigningKeys(directory)).toEqual(before);
});
