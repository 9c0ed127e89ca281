import { expect, it } from "vitest";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { DAY } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { verifyConsents } from "./consent.ts";
import {
  answersRequest,
  type ConsentKey,
  readConsentRequest,
  readSignedConsent,
  signRequest,
} from "./consent-files.ts";
import { newKeyPair } from "./signing.ts";

const [a, b, c] = ["a.example", "b.example", "c.example"] as [ServerName, ServerName, ServerName];
const from = 1_795_432_936_151;
const reason = "agr_00000000-0000-7000-8000-000000000001";

const requestOf = (over: Record<string, unknown> = {}, terms: Record<string, unknown> = {}): string => {
  const text = canonicalJson({ end: from + DAY, servers: { home: [a], partner: [b, c] }, ...terms });
  return JSON.stringify({
    type: "tillit.consent_request.v1",
    federation: "federation.example",
    reason,
    digest: digestOfBytes(text),
    from,
    until: from + DAY,
    servers: [
      [a, b],
      [a, c],
    ],
    terms: text,
    ...over,
  });
};
const keyOf = (agency: string): ConsentKey => {
  const { publicKey, privateKey } = newKeyPair();
  return { agency, key_id: "ed25519:c1", key: publicKey, private_key: privateKey };
};
const must = <T>(read: { ok: true; value: T } | { ok: false; error: string }): T => {
  if (read.ok) return read.value;
  throw new Error(read.error);
};

it("what an agency signs opens the pairs of its request at an enforcement point that asks for it, and no other", () => {
  const own = keyOf("orgnr:202100-0001");
  const request = must(readConsentRequest(requestOf()));
  const signed = must(readSignedConsent(JSON.stringify(signRequest(request, own))));
  expect(answersRequest(request, signed, own.agency)).toBe(true);
  const pins = {
    federation: request.federation,
    audience: a,
    requireConsents: true,
    consentKeys: { [own.agency]: { [own.key_id]: own.key } },
  };
  const counts = (server: ServerName, at: number): boolean => {
    const consents = { [own.agency]: { [own.key_id]: signed.signatures[at]?.signature ?? "" } };
    const { digest, until } = request;
    return verifyConsents(pins, server, { id: reason, digest, from: request.from, until, consents });
  };
  expect([counts(b, 0), counts(c, 1), counts(c, 0), counts("d.example" as ServerName, 0)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it("a consent of another agency, to other terms, for fewer pairs or with a broken signature answers nothing", () => {
  const own = keyOf("orgnr:202100-0001");
  const request = must(readConsentRequest(requestOf()));
  const signed = signRequest(request, own);
  const [first] = signed.signatures;
  expect(answersRequest(request, signed, "orgnr:202100-0002")).toBe(false);
  const other = must(readConsentRequest(requestOf({}, { purpose: "other" })));
  expect(answersRequest(other, signed, own.agency)).toBe(false);
  expect(answersRequest(request, { ...signed, signatures: signed.signatures.slice(1) }, own.agency)).toBe(false);
  const forged = signed.signatures.map(({ servers }) => ({ servers, signature: first?.signature ?? "" }));
  expect(answersRequest(request, { ...signed, signatures: forged }, own.agency)).toBe(false);
});

it.each([
  ["other servers than its terms", requestOf({ servers: [[a, b]] })],
  ["another time than its terms", requestOf({ until: from + 2 * DAY })],
  ["not those of its digest", requestOf({ digest: `sha256:${"A".repeat(43)}` })],
  ["400 days", requestOf({ until: from + 401 * DAY }, { end: from + 401 * DAY })],
  ["no request for a consent", "{"],
  ["no request for a consent", requestOf({ more: 1 })],
])("a request is refused where it says %s", (words, text) => {
  expect(readConsentRequest(text)).toMatchObject({ ok: false, error: expect.stringContaining(words) });
});
