import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DAY, HOUR, type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { contentDigest } from "./documents.ts";
import { initKeys, KEY_FILES, readSigningKeys } from "./key-files.ts";
import {
  type Accepted,
  acceptKeyset,
  acceptList,
  acceptRenewal,
  DEFAULT_MAX_LIFE,
  NOTHING_ACCEPTED,
  openByLaw,
  type Pins,
} from "./laws.ts";
import { type Rotation, rotateKeys } from "./rotate-keys.ts";
import { makeList, makeRenewal, type Signer } from "./signing.ts";

const NOW = instant(1_800_000_000_000);
const FEDERATION = "federation.example";
const named = (text: string) => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(text);
  return name.value;
};
const SELF = named("chat.self.example");
const OTHER = named("chat.other.example");
const at = (ms: number): Instant => instant(NOW + ms);

let folder: string;
let directory: string;
let pins: Pins;
let state: Accepted;
let rootFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tillit-rotate-"));
  directory = join(folder, "keys");
  const made = initKeys(directory, FEDERATION, NOW);
  if (!made.ok) throw new Error(made.error);
  rootFile = join(directory, KEY_FILES.root);
  pins = {
    federation: FEDERATION,
    audience: SELF,
    rootKeys: { [made.value.rootKeyId]: made.value.rootPublicKey },
    rootKeysRequired: 1,
    lowestKeyset: { epoch: 1, serial: 1 },
    maxLife: DEFAULT_MAX_LIFE,
    requireConsents: false,
    consentKeys: {},
    beforeFirstList: "closed",
    observe: false,
  };
  state = NOTHING_ACCEPTED;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the enforcement point says to a document; it keeps what it accepts. */
const put = (accept: typeof acceptList, text: string, now: number): string => {
  const answer = accept(pins, state, text, now);
  if (answer.ok) state = answer.value.state;
  return answer.ok ? "ok" : answer.error.code;
};
const keysNow = () => {
  const keys = readSigningKeys(directory);
  if (!keys.ok) throw new Error(keys.error.code);
  return keys.value;
};
const list = (signer: Signer, version: number, issuedAt: Instant, epoch = 1): string =>
  makeList(
    {
      federation: FEDERATION,
      audience: SELF,
      epoch,
      version,
      mode: "enforce",
      issuedAt,
      expiresAt: instant(issuedAt + 3 * DAY),
      whenStale: "keep",
      allow: [{ server: OTHER, reasons: [{ id: "agr_1", digest: `sha256:${"a".repeat(43)}`, from: NOW }] }],
    },
    signer,
  );
const rotate = (more: Partial<Rotation> = {}) =>
  rotateKeys(directory, { roots: [rootFile], overlap: DAY, now: at(HOUR), ...more });
const open = (now: number) => [...openByLaw(pins, state, now)];

it("puts a new list key in the old one's place: lists of the new are taken, the old counts for the overlap alone", () => {
  const old = keysNow();
  put(acceptKeyset, old.keyset, NOW);
  expect(put(acceptList, list(old.signer, 1, at(0)), NOW)).toBe("ok");
  expect(rotate()).toMatchObject({ ok: true, value: { epoch: 1, serial: 2, remaining: [old.signer.keyId] } });
  const fresh = keysNow();
  expect(fresh.signer.keyId).not.toBe(old.signer.keyId);
  expect(put(acceptKeyset, fresh.keyset, at(HOUR))).toBe("ok");
  expect(open(at(HOUR))).toEqual([OTHER]);
  const renewal = makeRenewal(
    {
      federation: FEDERATION,
      audience: SELF,
      epoch: 1,
      version: 1,
      digest: contentDigest(list(old.signer, 1, at(0))),
      issuedAt: at(2 * HOUR),
      expiresAt: at(4 * DAY),
    },
    fresh.signer,
  );
  expect(put(acceptRenewal, renewal, at(2 * HOUR))).toBe("TILLIT_SUPERSEDED");
  expect(put(acceptList, list(old.signer, 2, at(2 * HOUR)), at(2 * HOUR))).toBe("ok");
  expect(put(acceptList, list(fresh.signer, 3, at(3 * HOUR)), at(3 * HOUR))).toBe("ok");
  expect(put(acceptList, list(old.signer, 4, at(DAY + HOUR)), at(DAY + HOUR))).toBe("TILLIT_KEY");
  expect(open(at(DAY + HOUR))).toEqual([OTHER]);
});

it("drops a key whose overlap is over at the next rotation", () => {
  const first = keysNow().signer.keyId;
  rotate();
  const second = keysNow().signer.keyId;
  expect(rotate({ now: at(3 * DAY) })).toMatchObject({ ok: true, value: { serial: 3, remaining: [second] } });
  expect(keysNow().keyset).not.toContain(first);
});

it("without overlap ends the old key at once, for one that may be in other hands", () => {
  const old = keysNow();
  put(acceptKeyset, old.keyset, NOW);
  rotate({ overlap: 0 });
  put(acceptKeyset, keysNow().keyset, at(HOUR));
  expect(put(acceptList, list(old.signer, 1, at(HOUR)), at(HOUR))).toBe("TILLIT_SIGNATURE");
  expect(put(acceptKeyset, old.keyset, at(HOUR))).toBe("TILLIT_VERSION");
});

it("raises the epoch of a restored portal: versions begin anew, and whoever still signs in the old one is refused", () => {
  const old = keysNow();
  put(acceptKeyset, old.keyset, NOW);
  put(acceptList, list(old.signer, 40, at(0)), NOW);
  expect(rotate({ epoch: 1 })).toMatchObject({ ok: false, error: { code: "epoch_not_above" } });
  expect(rotate({ epoch: 2 })).toMatchObject({ ok: true, value: { epoch: 2, serial: 1, remaining: [] } });
  const fresh = keysNow();
  expect(fresh.epoch).toBe(2);
  expect(put(acceptList, list(old.signer, 30, at(HOUR)), at(HOUR))).toBe("TILLIT_VERSION");
  expect(put(acceptKeyset, fresh.keyset, at(HOUR))).toBe("ok");
  expect(put(acceptList, list(fresh.signer, 1, at(HOUR), 2), at(HOUR))).toBe("ok");
  expect(put(acceptList, list(old.signer, 41, at(2 * HOUR)), at(2 * HOUR))).not.toBe("ok");
  expect(state.list?.fields).toMatchObject({ epoch: 2, version: 1 });
});

it("needs the root that signed the keyset in force, wherever it is kept, and leaves everything as it was without it", () => {
  const before = readFileSync(join(directory, KEY_FILES.list), "utf8");
  const elsewhere = join(folder, "root-on-a-stick.json");
  copyFileSync(rootFile, elsewhere);
  unlinkSync(rootFile);
  expect(rotate()).toMatchObject({ ok: false, error: { code: "keys_missing" } });
  const foreign = join(folder, "foreign");
  initKeys(foreign, FEDERATION, NOW);
  expect(rotate({ roots: [join(foreign, KEY_FILES.root)] })).toMatchObject({
    ok: false,
    error: { code: "root_not_of_keyset" },
  });
  expect(readFileSync(join(directory, KEY_FILES.list), "utf8")).toBe(before);
  expect(rotate({ roots: [elsewhere] }).ok).toBe(true);
  for (const file of [KEY_FILES.list, KEY_FILES.keyset])
    expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
});

it("leaves nothing that signs wrongly where it is cut off between its two files, and mends it when done again", () => {
  const before = join(folder, "before.json");
  copyFileSync(join(directory, KEY_FILES.list), before);
  rotate({ overlap: 0 });
  copyFileSync(before, join(directory, KEY_FILES.list));
  expect(readSigningKeys(directory)).toMatchObject({ ok: false, error: { code: "list_key_not_in_keyset" } });
  expect(rotate().ok).toBe(true);
  expect(readSigningKeys(directory).ok).toBe(true);
});
