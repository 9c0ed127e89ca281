import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newAuthority } from "#lib/connectors/contract.ts";
import { DAY, HOUR, instant, MINUTE } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Accepted, DEFAULT_MAX_LIFE, NOTHING_ACCEPTED, type Pins } from "#lib/signing/signing.ts";
import { loadAccepted, saveAccepted } from "./state.ts";
import { takeDocuments } from "./take.ts";
import { wishOf } from "./wish.ts";

const [self, a, b] = ["self.example", "a.example", "b.example"] as [ServerName, ServerName, ServerName];
let now = 1_795_432_936_151;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-"));
});
afterEach(() => rm(folder, { recursive: true }));

const federation = "federation.example";
const portal = () => newAuthority(federation, self, () => instant(now));
const pinsOf = ({ rootKeys }: ReturnType<typeof portal>): Pins => ({
  federation,
  audience: self,
  rootKeys,
  rootKeysRequired: 1,
  lowestKeyset: { epoch: 1, serial: 1 },
  maxLife: DEFAULT_MAX_LIFE,
  requireConsents: false,
  consentKeys: {},
  beforeFirstList: "closed",
  observe: false,
});
const documentsOf = ({ list }: ReturnType<ReturnType<typeof portal>["next"]>) => [
  { kind: "keyset" as const, bytes: list.keyset },
  { kind: "list" as const, bytes: list.list },
];
const names = (pins: Pins, state: Accepted, deny: readonly ServerName[] = []) => {
  const standing = { pins, state, broken: undefined, leaseOver: false, denied: new Set(deny), stored: undefined };
  return wishOf(standing, now).names;
};

it("a list taken before, a fork and another portal's list are refused, and what was in force stays", () => {
  const authority = portal();
  const pins = pinsOf(authority);
  const [first, second] = [authority.next([a]), authority.next([a, b])];
  const { state } = takeDocuments(pins, NOTHING_ACCEPTED, documentsOf(second), now);
  const bad = [
    [first, "TILLIT_VERSION"],
    [authority.next([], { version: 2 }), "TILLIT_FORK"],
    [portal().next([]), "TILLIT_SIGNATURE"],
  ] as const;
  for (const [change, code] of bad) {
    const taken = takeDocuments(pins, state, documentsOf(change), now);
    expect(taken.refused?.code).toBe(code);
    expect(names(pins, taken.state)).toEqual([a, b]);
  }
  expect(takeDocuments(pins, NOTHING_ACCEPTED, documentsOf(second), now - HOUR).refused?.code).toBe("TILLIT_SKEW");
  expect(names(pins, state, [b])).toEqual([a]);
});

it("what was accepted is verified again after a restart, also when it has grown stale since", async () => {
  const authority = portal();
  const pins = pinsOf(authority);
  const { state } = takeDocuments(pins, NOTHING_ACCEPTED, documentsOf(authority.next([a])), now);
  expect((await saveAccepted(folder, state)).ok).toBe(true);
  now += 10 * DAY;
  expect(await loadAccepted(folder, pins)).toEqual({ ok: true, value: state });
  const path = join(folder, "accepted.json");
  await writeFile(path, (await readFile(path, "utf8")).replaceAll(a, b));
  expect(await loadAccepted(folder, pins)).toMatchObject({ ok: false, error: { code: "stored_list_invalid" } });
});

it("a state folder that cannot be written is a fault that says so, and a first start holds nothing", async () => {
  const pins = pinsOf(portal());
  expect(await loadAccepted(folder, pins)).toEqual({ ok: true, value: NOTHING_ACCEPTED });
  const done = await saveAccepted(join(folder, "nowhere"), NOTHING_ACCEPTED);
  expect(done).toMatchObject({ ok: false, error: { code: "write_refused" } });
});

it.each([1, 2, 3])(
  "24 hours of a flapping link with restarts, seed %i: only signed names, never back",
  async (seed) => {
    const authority = portal();
    const pins = pinsOf(authority);
    let random = seed;
    const chance = (of: number): boolean => {
      random = (random * 48_271) % 2_147_483_647;
      return random % of === 0;
    };
    let newest = authority.next([a]);
    const signed = new Map([[newest.list.version, newest.list.names]]);
    let state = takeDocuments(pins, NOTHING_ACCEPTED, documentsOf(newest), now).state;
    let version = 1;
    let up = true;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      now += MINUTE;
      if (chance(7)) up = !up;
      if (chance(31)) {
        newest = authority.next([[], [a], [b], [a, b]][newest.list.version % 4] ?? []);
        signed.set(newest.list.version, newest.list.names);
      }
      if (up) {
        const before = state.list?.text;
        state = takeDocuments(pins, state, documentsOf(newest), now).state;
        if (state.list?.text !== before) await saveAccepted(folder, state);
        expect(state.list?.fields.version).toBe(newest.list.version);
      }
      if (up && chance(53)) {
        const loaded = await loadAccepted(folder, pins);
        if (!loaded.ok) throw new Error(loaded.error.detail);
        state = loaded.value;
      }
      const held = state.list?.fields.version ?? 0;
      expect(held).toBeGreaterThanOrEqual(version);
      version = held;
      expect(names(pins, state)).toEqual(signed.get(version));
    }
  },
);
