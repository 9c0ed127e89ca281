import assert from "node:assert/strict";
import { probe } from "#lib/matrix/probe.ts";
import { fetchServerKeys, fetchServerVersion } from "#lib/matrix/server-keys.ts";
import { callTarget } from "#lib/matrix/target.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { CACHE, push, roundAs, seen, type VendorLaw } from "./law.fixture.ts";
import type { Simulated } from "./subject.fixture.ts";

const PROFILE = "/_matrix/federation/v1/query/profile?user_id=@a:b";
const raw = async (subject: Simulated, authorization: string | undefined) => {
  const answer = await callTarget(subject.http, subject.target, PROFILE, {
    headers: authorization === undefined ? {} : { authorization },
  });
  assert.ok(answer.ok);
  return { status: answer.value.status, json: JSON.parse(new TextDecoder().decode(answer.value.body)) };
};

/** What the federation listener shows, and in which order. */
export const PROBE_LAWS: readonly VendorLaw[] = [
  {
    name: "a build that matches by suffix lets the look-alike in, and its version names who could pass",
    run: async (subject) => {
      const [first] = subject.partners;
      assert.equal(await push(subject, [first]), undefined);
      subject.server.clock.advance(CACHE);
      const exact = await roundAs(subject, [first]);
      assert.deepEqual(
        exact.lookAlikes.map(({ verdict }) => verdict),
        ["not_listed"],
      );
      assert.equal((await seen(subject)).detail, "");
      subject.server.conduct.matching = "suffix";
      subject.server.conduct.version = "8.2.1";
      const suffix = await roundAs(subject, [first]);
      assert.equal(suffix.gate, "shut_to_strangers");
      assert.deepEqual(
        suffix.lookAlikes.map(({ origin, verdict }) => [origin, verdict]),
        [["xchat.a.example", "listed_or_open"]],
      );
      assert.match((await seen(subject)).detail, /8\.2\.1.*xchat\.a\.example/);
    },
  },
  {
    name: "keys and version are told before the list, and neither where federation is off",
    run: async (subject) => {
      const keys = await fetchServerKeys(subject.http, subject.target, subject.clock.now());
      assert.ok(keys.ok, "no keys");
      const version = await fetchServerVersion(subject.http, subject.target);
      assert.deepEqual(version, { ok: true, value: { name: "rocketchat", version: "8.8.1" } });
      for (const off of ["enabled", "licensed"] as const) {
        subject.server.conduct[off] = false;
        assert.deepEqual(await raw(subject, undefined), {
          status: 403,
          json: { error: "Federation is not enabled" },
        });
        assert.equal((await fetchServerVersion(subject.http, subject.target)).ok, false);
        assert.equal((await fetchServerKeys(subject.http, subject.target, subject.clock.now())).ok, false);
        assert.equal((await roundAs(subject, subject.partners)).gate, "unknown");
        subject.server.conduct[off] = true;
      }
    },
  },
  {
    name: "a missing header, a missing origin, a name not listed and a wrong signature are told apart, in that order",
    run: async (subject) => {
      subject.server.set("chat.a.example");
      const none = await raw(subject, undefined);
      assert.deepEqual(
        [none.status, none.json.errcode, none.json.error],
        [401, "M_UNAUTHORIZED", "Missing Authorization headers."],
      );
      const origin = await raw(subject, "X-Matrix origin=chat.a.example,key=x,sig=y");
      assert.deepEqual(
        [origin.status, origin.json.errcode, origin.json.error],
        [401, "M_MISSING_ORIGIN", "Missing origin in authorization header."],
      );
      const { results, control } = await roundAs(subject, [subject.partners[0], subject.partners[1]]);
      assert.deepEqual(
        [control, ...results].map(({ verdict, status }) => [verdict, status]),
        [
          ["not_listed", 403],
          ["listed_or_open", 401],
          ["not_listed", 403],
        ],
      );
    },
  },
  {
    name: "one who is listed and signs truly is answered",
    run: async (subject) => {
      const [first] = subject.partners;
      const pair = newKeyPair();
      subject.server.set("chat.a.example");
      subject.server.trust(first, "ed25519:a", pair.publicKey);
      const signer = { keyId: "ed25519:a", privateKey: pair.privateKey };
      const as = { origin: first, keyId: "ed25519:a", signer };
      const answered = await probe(subject.http, subject.target, as, { platform: "rocketchat" });
      assert.deepEqual([answered.status, answered.verdict], [200, "listed_or_open"]);
      assert.match(answered.raw, /tillit-probe/);
    },
  },
];
