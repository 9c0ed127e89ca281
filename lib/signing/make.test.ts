import { expect, it } from "vitest";
import { compileAllowList, type Reason } from "#lib/domain/allow-list.ts";
import { DAY, HOUR, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { newKeyPair, type Signer } from "#lib/platform/signed-json.ts";
import { acceptKeyset, acceptList, DEFAULT_MAX_LIFE, NOTHING_ACCEPTED, openByLaw, type Pins } from "./laws.ts";
import { makeKeyset, makeList } from "./make.ts";

const NOW = 1_800_000_000_000;
const F = "federation.example";
const name = (text: string): ServerName => {
  const read = parseServerName(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};
const [self, other] = [name("chat.self.example"), name("chat.other.example")];
const [root, key] = [newKeyPair(), newKeyPair()];
const signer: Signer = { keyId: "ed25519:1", privateKey: key.privateKey };
const pins: Pins = {
  federation: F,
  audience: self,
  rootKeys: { "ed25519:root-a": root.publicKey },
  rootKeysRequired: 1,
  lowestKeyset: { epoch: 1, serial: 1 },
  maxLife: DEFAULT_MAX_LIFE,
  requireConsents: false,
  consentKeys: {},
  beforeFirstList: "closed",
  observe: false,
};

/** The names open at `now` to who accepted the list that these reasons compile to. */
const openAt = (reasons: readonly Reason[], now: number): readonly string[] => {
  const listKeys = { "ed25519:1": { key: key.publicKey, from: instant(NOW - DAY), until: instant(NOW + 90 * DAY) } };
  const keyset = makeKeyset({ federation: F, epoch: 1, serial: 1, issuedAt: instant(NOW - DAY), listKeys }, [
    { keyId: "ed25519:root-a", privateKey: root.privateKey },
  ]);
  const keyed = acceptKeyset(pins, NOTHING_ACCEPTED, keyset, NOW);
  if (!keyed.ok) throw new Error(keyed.error.code);
  const list = makeList(
    {
      federation: F,
      audience: self,
      epoch: 1,
      version: 1,
      mode: "enforce",
      issuedAt: instant(NOW),
      expiresAt: instant(NOW + DAY),
      whenStale: "keep",
      allow: compileAllowList(self, reasons, instant(NOW)),
    },
    signer,
  );
  const taken = acceptList(pins, keyed.value.state, list, NOW);
  if (!taken.ok) throw new Error(taken.error.code);
  return [...openByLaw(pins, taken.value.state, now)];
};

it("carries how long a reason outlives the list, so that the door shuts by itself where the portal stays away", () => {
  const reason: Reason = {
    id: "agr_1",
    pairs: [[self, other]],
    digest: `sha256:${"A".repeat(43)}`,
    from: instant(NOW),
  };
  const short = { ...reason, offlineMs: HOUR };
  expect(openAt([short], NOW + DAY + HOUR - 1)).toEqual([other]);
  expect(openAt([short], NOW + DAY + HOUR)).toEqual([]);
  expect(openAt([reason], NOW + DAY + HOUR)).toEqual([other]);
  expect(openAt([short, { ...reason, id: "agr_2" }], NOW + DAY + HOUR)).toEqual([other]);
});
