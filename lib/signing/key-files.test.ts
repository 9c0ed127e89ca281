import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { instant } from "#lib/domain/instant.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { initKeys, KEY_FILES, readSigningKeys } from "./key-files.ts";
import { acceptKeyset, DEFAULT_MAX_LIFE, NOTHING_ACCEPTED } from "./laws.ts";

const NOW = instant(1_800_000_000_000);
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const fresh = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "tillit-keys-"));
  folders.push(folder);
  return join(folder, "keys");
};

it("makes private files that nobody else can read, and never overwrites a key", () => {
  const folder = fresh();
  expect(initKeys(folder, "federation.example", NOW).ok).toBe(true);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of [KEY_FILES.root, KEY_FILES.list]) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  const before = readFileSync(join(folder, KEY_FILES.root), "utf8");
  expect(initKeys(folder, "federation.example", NOW)).toEqual({ ok: false, error: "keys_exist" });
  expect(readFileSync(join(folder, KEY_FILES.root), "utf8")).toBe(before);
});

it("makes a keyset that an enforcement point accepts by the root key alone", () => {
  const made = initKeys(fresh(), "federation.example", NOW);
  const audience = parseServerName("chat.example");
  if (!made.ok || !audience.ok) throw new Error("not made");
  const pins = {
    federation: "federation.example",
    audience: audience.value,
    rootKeys: { [made.value.rootKeyId]: made.value.rootPublicKey },
    rootKeysRequired: 1,
    lowestKeyset: { epoch: 1, serial: 1 },
    maxLife: DEFAULT_MAX_LIFE,
    requireConsents: false,
    consentKeys: {},
    beforeFirstList: "closed",
    observe: false,
  } as const;
  expect(acceptKeyset(pins, NOTHING_ACCEPTED, made.value.keyset, NOW).ok).toBe(true);
  expect(made.value.fingerprint).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
});

it("lets the worker sign after the root key was moved away, and refuses a list key that the keyset does not name", () => {
  const folder = fresh();
  initKeys(folder, "federation.example", NOW);
  unlinkSync(join(folder, KEY_FILES.root));
  expect(readSigningKeys(folder)).toMatchObject({ ok: true, value: { federation: "federation.example", epoch: 1 } });
  const other = fresh();
  initKeys(other, "federation.example", NOW);
  copyFileSync(join(other, KEY_FILES.list), join(folder, KEY_FILES.list));
  expect(readSigningKeys(folder)).toMatchObject({ ok: false, error: { code: "list_key_not_in_keyset" } });
  unlinkSync(join(folder, KEY_FILES.list));
  expect(readSigningKeys(folder)).toMatchObject({ ok: false, error: { code: "keys_missing" } });
});
