import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSealingKey, SEALING_FILE } from "./sealing-key.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tillit-sealing-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("the worker's sealing key is made once, private, and is the same at the next start", () => {
  const made = ensureSealingKey(directory);
  expect(statSync(join(directory, SEALING_FILE)).mode & 0o777).toBe(0o600);
  expect(ensureSealingKey(directory)).toEqual(made);
  expect(made.keyId).toMatch(/^x25519:[0-9a-f]{16}$/);
});

test("a sealing key that cannot be understood stops the start and is never replaced", () => {
  writeFileSync(join(directory, SEALING_FILE), "{}");
  expect(() => ensureSealingKey(directory)).toThrow();
  expect(statSync(join(directory, SEALING_FILE)).size).toBe(2);
});
