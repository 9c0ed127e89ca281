import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AllowList } from "#lib/domain/allow-list.ts";
import { canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import { DAY, HOUR, instant, MINUTE } from "#lib/domain/instant.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { newKeyPair, type Signer, signJson } from "#lib/platform/signed-json.ts";
import { contentDigest, type LawRefusal, MAX_LIST_BYTES } from "./documents.ts";
import {
  type Acceptance,
  type Accepted,
  acceptConsentEnd,
  acceptKeyset,
  acceptList,
  acceptRenewal,
  checkQuery,
  DEFAULT_MAX_LIFE,
  isStale,
  NOTHING_ACCEPTED,
  openByLaw,
  type Pins,
} from "./laws.ts";
import { makeConsentEnd, makeKeyset, makeList, makeQuery, makeRenewal, signConsent } from "./make.ts";

const NOW = 1_800_000_000_000;
const F = "federation.example";
const name = (text: string): ServerName => {
  const read = parseServerName(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};
const self = name("chat.self.example");
const other = name("chat.other.example");
const root = newKeyPair();
const secondRoot = newKeyPair();
const listKey = newKeyPair();
const rootSigner: Signer = { keyId: "ed25519:root-a", privateKey: root.privateKey };
const signer: Signer = { keyId: "ed25519:1", privateKey: listKey.privateKey };
const pins: Pins = {
  federation: F,
  audience: self,
  rootKeys: { "ed25519:root-a": root.publicKey, "ed25519:root-b": secondRoot.publicKey },
  rootKeysRequired: 1,
  lowestKeyset: { epoch: 1, serial: 1 },
  maxLife: DEFAULT_MAX_LIFE,
  requireConsents: false,
  consentKeys: {},
  beforeFirstList: "closed",
  observe: false,
};
const DIGEST = `sha256:${"A".repeat(43)}`;
const reason = { id: "agr_1", digest: DIGEST, from: instant(NOW - HOUR) };
const allowOf = (...servers: ServerName[]): AllowList => servers.map((server) => ({ server, reasons: [reason] }));

const keyset = (
  over: { epoch?: number; serial?: number; issuedAt?: number; until?: number; roots?: Signer[] } = {},
): string =>
  makeKeyset(
    {
      federation: F,
      epoch: over.epoch ?? 1,
      serial: over.serial ?? 1,
      issuedAt: instant(over.issuedAt ?? NOW - DAY),
      listKeys: {
        [signer.keyId]: {
          key: listKey.publicKey,
          from: instant(NOW - DAY),
          until: instant(over.until ?? NOW + 90 * DAY),
        },
      },
    },
    over.roots ?? [rootSigner],
  );
type ListOver = Partial<Parameters<typeof makeList>[0]>;
const list = (version: number, over: ListOver = {}, by = signer): string =>
  makeList(
    {
      federation: F,
      audience: self,
      epoch: 1,
      version,
      mode: "enforce",
      issuedAt: instant(NOW),
      expiresAt: instant(NOW + 3 * DAY),
      whenStale: "keep",
      allow: allowOf(other),
      ...over,
    },
    by,
  );
const resigned = (text: string, change: (document: Record<string, unknown>) => void, by = signer): string => {
  const document: JsonObject = JSON.parse(text);
  const { signatures: _, ...content } = structuredClone(document) as Record<string, unknown>;
  change(content);
  return canonicalJson(signJson(content as JsonObject, F, by));
};
const taken = (result: Result<Acceptance, LawRefusal>): Accepted => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value.state;
};
const codeOf = (result: Result<unknown, LawRefusal>): string => (result.ok ? "accepted" : result.error.code);
const withKeyset = taken(acceptKeyset(pins, NOTHING_ACCEPTED, keyset(), NOW));
const at = (version: number, over: ListOver = {}): Accepted =>
  taken(acceptList(pins, withKeyset, list(version, over), NOW));
const offer = (state: Accepted, text: string, now = NOW, by = pins): string => codeOf(acceptList(by, state, text, now));

describe("form (law 1)", () => {
  it.each<[string, string, string]>([
    ["blanks between tokens", list(1).replace('","', '", "'), "TILLIT_MALFORMED"],
    ["a key that stands twice", list(1).replace("{", '{"allow":[],'), "TILLIT_MALFORMED"],
    ["an integer beyond 2^53", list(1).replace('"version":1', '"version":9007199254740993'), "TILLIT_MALFORMED"],
    ["a float", list(1).replace('"version":1', '"version":1.5'), "TILLIT_MALFORMED"],
    ["unsigned", resigned(list(1), (d) => Object.assign(d, { unsigned: {} })), "TILLIT_MALFORMED"],
    ["null", resigned(list(1), (d) => Object.assign(d, { extra: null })), "TILLIT_MALFORMED"],
    ["an unknown mode", resigned(list(1), (d) => Object.assign(d, { mode: "open" })), "TILLIT_MALFORMED"],
    ["no crit", resigned(list(1), (d) => delete d["crit"]), "TILLIT_MALFORMED"],
    ["another type", keyset(), "TILLIT_TYPE"],
    [
      "another federation",
      resigned(list(1), (d) => Object.assign(d, { federation: "else.example" })),
      "TILLIT_FEDERATION",
    ],
    ["another audience", list(1, { audience: other }), "TILLIT_AUDIENCE"],
    [
      "an unknown critical field",
      resigned(list(1), (d) => Object.assign(d, { crit: ["new"], new: 1 })),
      "TILLIT_CRITICAL",
    ],
    ["a server that stands twice", list(1, { allow: allowOf(other, other) }), "TILLIT_MALFORMED"],
    ["an upper-case name", list(1).replace("chat.other", "Chat.other"), "TILLIT_MALFORMED"],
    ["more than the cap", " ".repeat(MAX_LIST_BYTES + 1), "TILLIT_SIZE"],
  ])("refuses %s", (_what, text, code) => {
    expect(offer(withKeyset, text)).toBe(code);
  });

  it("ignores an unknown field that is not critical", () => {
    expect(
      offer(
        withKeyset,
        resigned(list(1), (d) => Object.assign(d, { note: "x" })),
      ),
    ).toBe("accepted");
  });

  it("drops only the reason that calls something unknown critical", () => {
    const text = resigned(list(1, { allow: allowOf(other) }), (d) =>
      Object.assign(d, {
        allow: [
          { server: "chat.a.example", reasons: [{ ...reason, crit: ["hours"], hours: "9-17" }] },
          { server: "chat.b.example", reasons: [{ ...reason, crit: ["hours"], hours: "9-17" }, reason] },
        ],
      }),
    );
    const state = taken(acceptList(pins, withKeyset, text, NOW));
    expect([...openByLaw(pins, state, NOW)]).toEqual(["chat.b.example"]);
  });
});

describe("order, key, age and mode (laws 2, 3, 4, 6)", () => {
  it.each<[string, () => string, string]>([
    ["a lower version", () => offer(at(5), list(4)), "TILLIT_VERSION"],
    ["the same version with other content", () => offer(at(5), list(5, { allow: [] })), "TILLIT_FORK"],
    ["a jump of more than a million", () => offer(at(5), list(1_000_006)), "TILLIT_JUMP"],
    ["an epoch that is not the keyset's", () => offer(at(5), list(6, { epoch: 2 })), "TILLIT_EPOCH"],
    ["a list before any keyset", () => offer(NOTHING_ACCEPTED, list(1)), "TILLIT_KEYSET"],
    [
      "another key",
      () => offer(withKeyset, list(1, {}, { ...signer, privateKey: newKeyPair().privateKey })),
      "TILLIT_SIGNATURE",
    ],
    ["a root key", () => offer(withKeyset, list(1, {}, rootSigner)), "TILLIT_SIGNATURE"],
    [
      "a list from before the key's time",
      () => offer(withKeyset, list(1, { issuedAt: instant(NOW - 2 * DAY) })),
      "TILLIT_KEY",
    ],
    ["an expired list", () => offer(withKeyset, list(1), NOW + 3 * DAY), "TILLIT_EXPIRED"],
    [
      "a list that lives too long",
      () => offer(withKeyset, list(1, { expiresAt: instant(NOW + 32 * DAY) })),
      "TILLIT_LIFETIME",
    ],
    ["a list from the future", () => offer(withKeyset, list(1), NOW - 6 * MINUTE), "TILLIT_SKEW"],
    ["a return to observing", () => offer(at(5), list(6, { mode: "observe" })), "TILLIT_MODE"],
  ])("refuses %s", (_what, run, code) => {
    expect(run()).toBe(code);
  });

  it("accepts the same list again, and the same content under another valid signature", () => {
    expect(offer(at(5), list(5))).toBe("accepted");
  });

  it("never lets the version fall, whatever is offered", () => {
    const versions = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
    fc.assert(
      fc.property(versions, (offered) => {
        let state = withKeyset;
        for (const version of offered) {
          const before = state.list?.fields.version ?? 0;
          const accepted = acceptList(pins, state, list(version), NOW);
          if (accepted.ok) state = accepted.value.state;
          expect(accepted.ok).toBe(version >= before);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("accepts nothing of which a single character was changed", () => {
    const text = list(1);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom("0", "a", "Z", '"', "}"), (position, letter) => {
        fc.pre(text[position] !== letter);
        expect(offer(withKeyset, text.slice(0, position) + letter + text.slice(position + 1))).not.toBe("accepted");
      }),
      { numRuns: 300 },
    );
  });

  it("wants as many different root keys, by value, as the operator requires", () => {
    const two: Pins = { ...pins, rootKeysRequired: 2 };
    const other: Signer = { keyId: "ed25519:root-b", privateKey: secondRoot.privateKey };
    expect(codeOf(acceptKeyset(two, NOTHING_ACCEPTED, keyset(), NOW))).toBe("TILLIT_SIGNATURE");
    expect(codeOf(acceptKeyset(two, NOTHING_ACCEPTED, keyset({ roots: [rootSigner, other] }), NOW))).toBe("accepted");
    const twice: Pins = { ...two, rootKeys: { "ed25519:root-a": root.publicKey, "ed25519:copy": root.publicKey } };
    const copy: Signer = { keyId: "ed25519:copy", privateKey: root.privateKey };
    expect(codeOf(acceptKeyset(twice, NOTHING_ACCEPTED, keyset({ roots: [rootSigner, copy] }), NOW))).toBe(
      "TILLIT_SIGNATURE",
    );
  });

  it("refuses a keyset that is lower, forked, below the pin or signed by a list key", () => {
    const held = taken(acceptKeyset(pins, withKeyset, keyset({ serial: 3 }), NOW));
    expect(codeOf(acceptKeyset(pins, held, keyset({ serial: 2 }), NOW))).toBe("TILLIT_VERSION");
    expect(codeOf(acceptKeyset(pins, held, keyset({ serial: 3, until: NOW + DAY }), NOW))).toBe("TILLIT_FORK");
    const pinned: Pins = { ...pins, lowestKeyset: { epoch: 2, serial: 1 } };
    expect(codeOf(acceptKeyset(pinned, NOTHING_ACCEPTED, keyset(), NOW))).toBe("TILLIT_VERSION");
    expect(codeOf(acceptKeyset(pins, held, keyset({ serial: 4, roots: [signer] }), NOW))).toBe("TILLIT_SIGNATURE");
  });
});

describe("renewal and time (laws 4, 5)", () => {
  const renewal = (over: Partial<Parameters<typeof makeRenewal>[0]> = {}): string =>
    makeRenewal(
      {
        federation: F,
        audience: self,
        epoch: 1,
        version: 5,
        digest: contentDigest(list(5)),
        issuedAt: instant(NOW + HOUR),
        expiresAt: instant(NOW + 4 * DAY),
        ...over,
      },
      signer,
    );
  const renew = (text: string, state = at(5)): Result<Acceptance, LawRefusal> =>
    acceptRenewal(pins, state, text, NOW + HOUR);

  it("lengthens the list in force and nothing else, in under a kilobyte", () => {
    const state = taken(renew(renewal()));
    expect(isStale(at(5), NOW + 3 * DAY)).toBe(true);
    expect(isStale(state, NOW + 3 * DAY)).toBe(false);
    expect([...openByLaw(pins, state, NOW + HOUR)]).toEqual([other]);
    expect(renewal().length).toBeLessThan(1024);
  });

  it("counts only for the list in force, and only when it is later", () => {
    expect(codeOf(renew(renewal({ version: 4 })))).toBe("TILLIT_RENEWAL");
    expect(codeOf(renew(renewal({ digest: DIGEST })))).toBe("TILLIT_RENEWAL");
    expect(codeOf(renew(renewal({ issuedAt: instant(NOW) })))).toBe("TILLIT_RENEWAL");
    expect(codeOf(renew(renewal({ expiresAt: instant(NOW + 3 * DAY) })))).toBe("TILLIT_RENEWAL");
    const newer = taken(acceptKeyset(pins, at(5), keyset({ serial: 2 }), NOW));
    expect(codeOf(renew(renewal(), newer))).toBe("TILLIT_SUPERSEDED");
  });

  it("opens and shuts at the reasons' own times, and a clock set back reopens nothing", () => {
    const timed = at(5, { allow: [{ server: other, reasons: [{ ...reason, until: instant(NOW + HOUR) }] }] });
    expect([...openByLaw(pins, timed, NOW)]).toEqual([other]);
    expect([...openByLaw(pins, timed, NOW + HOUR)]).toEqual([]);
    const past = at(5, { allow: [{ server: other, reasons: [{ ...reason, until: instant(NOW - 1) }] }] });
    expect([...openByLaw(pins, past, NOW - DAY)]).toEqual([]);
  });

  it("keeps or shuts when stale, as the list says", () => {
    expect([...openByLaw(pins, at(5), NOW + 9 * DAY)]).toEqual([other]);
    expect([...openByLaw(pins, at(5, { whenStale: "shut" }), NOW + 9 * DAY)]).toEqual([]);
  });
});

describe("consents and questions (laws 10, ask)", () => {
  const agency = "orgnr:2021005521";
  const agencyKey = newKeyPair();
  const strict: Pins = {
    ...pins,
    requireConsents: true,
    consentKeys: { [agency]: { "ed25519:fv-1": agencyKey.publicKey } },
  };
  const until = instant(NOW + 30 * DAY);
  const sign = (server: ServerName): string =>
    signConsent(
      { federation: F, reason: reason.id, digest: DIGEST, servers: [self, server], from: reason.from, until },
      agency,
      {
        keyId: "ed25519:fv-1",
        privateKey: agencyKey.privateKey,
      },
    );
  const consented = (server: ServerName, signedFor: ServerName, ends = until): ReadonlySet<ServerName> => {
    const consents = () => ({ [agency]: { "ed25519:fv-1": sign(signedFor) } });
    const text = list(1, { allow: [{ server, reasons: [{ ...reason, until: ends }] }], consents });
    return openByLaw(strict, taken(acceptList(strict, withKeyset, text, NOW)), NOW);
  };

  it("opens only what the agency signed, for that server and that time", () => {
    expect(consented(other, other).size).toBe(1);
    expect(consented(other, name("chat.third.example")).size).toBe(0);
    expect(consented(other, other, instant(until + 1)).size).toBe(0);
    expect(openByLaw(strict, at(5), NOW).size).toBe(0);
  });

  it("ends a consent by the agency's own key, for ever, and by no other", () => {
    const consents = () => ({ [agency]: { "ed25519:fv-1": sign(other) } });
    const text = list(1, { allow: [{ server: other, reasons: [{ ...reason, until }] }], consents });
    const state = taken(acceptList(strict, withKeyset, text, NOW));
    const end = (privateKey: string): string =>
      makeConsentEnd({ federation: F, reason: reason.id, digest: DIGEST }, agency, {
        keyId: "ed25519:fv-1",
        privateKey,
      });
    expect(openByLaw(strict, state, NOW).size).toBe(1);
    expect(codeOf(acceptConsentEnd(strict, state, end(newKeyPair().privateKey)))).toBe("TILLIT_SIGNATURE");
    const ended = taken(acceptConsentEnd(strict, state, end(agencyKey.privateKey)));
    expect(openByLaw(strict, ended, NOW).size).toBe(0);
    const next = list(2, { allow: [{ server: other, reasons: [{ ...reason, until }] }], consents });
    expect(openByLaw(strict, taken(acceptList(strict, ended, next, NOW)), NOW).size).toBe(0);
  });

  it("answers only a fresh question by a list key", () => {
    const query = (issuedAt: number, by = signer): string =>
      makeQuery(
        { federation: F, audience: self, ask: "state", issuedAt: instant(issuedAt), nonce: "n".repeat(20) },
        by,
      );
    expect(codeOf(checkQuery(pins, withKeyset, query(NOW), NOW))).toBe("accepted");
    expect(codeOf(checkQuery(pins, withKeyset, query(NOW - 61_000), NOW))).toBe("TILLIT_TIME");
    expect(codeOf(checkQuery(pins, withKeyset, query(NOW + 6_000), NOW))).toBe("TILLIT_TIME");
    expect(codeOf(checkQuery(pins, withKeyset, query(NOW, rootSigner), NOW))).toBe("TILLIT_SIGNATURE");
    expect(codeOf(checkQuery(pins, NOTHING_ACCEPTED, query(NOW), NOW))).toBe("TILLIT_SIGNATURE");
  });
});
