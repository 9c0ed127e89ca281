import { describe, expect, test } from "vitest";
import { canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import { instant } from "#lib/domain/instant.ts";
import { newKeyPair, signJson } from "#lib/platform/signed-json.ts";
import { verifyEnrolment, verifyPull } from "./agent-requests.ts";

const NOW = instant(1_800_000_000_000);
const SERVER = "chat.a.example";
const KEY_ID = "ed25519:agent-0123abcd";
const pair = newKeyPair();
const stranger = newKeyPair();

const common = { audience: SERVER, issued_at: NOW, nonce: "n".repeat(22) };
const ENROLMENT = {
  ...common,
  type: "tillit.enrolment.v1",
  code: "c".repeat(26),
  key_id: KEY_ID,
  key: pair.publicKey,
  software: "tillit-agent 1",
};
const PULL = {
  ...common,
  type: "tillit.pull.v1",
  federation: "fed_1",
  enforcement_point: "ep_1",
  keyset: "1.1",
  list: "1.7",
  renewal: 0,
  wait: 50_000,
};
const sign = (document: JsonObject, by = pair): string =>
  canonicalJson(signJson(document, SERVER, { keyId: KEY_ID, privateKey: by.privateKey }));
const known = { federation: "fed_1", audience: SERVER, enforcementPoint: "ep_1", keys: { [KEY_ID]: pair.publicKey } };
const pullAs = (text: string) => verifyPull(text, NOW, async (id) => (id === "ep_1" ? known : undefined));

describe("an agent's enrolment", () => {
  test("holds when signed by the key it carries", () => {
    expect(verifyEnrolment(sign(ENROLMENT), NOW)).toMatchObject({ ok: true, value: { key: pair.publicKey } });
  });

  test("is refused without the private half of the key it carries", () => {
    expect(verifyEnrolment(sign(ENROLMENT, stranger), NOW)).toMatchObject({ error: { code: "TILLIT_SIGNATURE" } });
  });

  test.each([
    [-60_000, true],
    [-60_001, false],
    [5_000, true],
    [5_001, false],
  ])("issued %i ms from now is timely: %s", (offset, timely) => {
    const read = verifyEnrolment(sign({ ...ENROLMENT, issued_at: NOW + offset }), NOW);
    expect(read.ok ? "timely" : read.error.code).toBe(timely ? "timely" : "TILLIT_TIME");
  });
});

describe("an agent's pull", () => {
  test("holds when signed by the key that enrolled", async () => {
    expect(await pullAs(sign(PULL))).toMatchObject({ ok: true, value: { list: "1.7" } });
  });

  test("is refused by another key, changed after signing, or out of form", async () => {
    expect(await pullAs(sign(PULL, stranger))).toMatchObject({ error: { code: "TILLIT_SIGNATURE" } });
    expect(await pullAs(sign(PULL).replace("1.7", "1.6"))).toMatchObject({ error: { code: "TILLIT_SIGNATURE" } });
    for (const wrong of [{ wait: 50_001 }, { list: "7" }, { extra: 1 }])
      expect(await pullAs(sign({ ...PULL, ...wrong }))).toMatchObject({ error: { code: "TILLIT_MALFORMED" } });
    expect(await pullAs(` ${sign(PULL)}`)).toMatchObject({ error: { code: "TILLIT_MALFORMED" } });
    expect(await pullAs(sign({ ...PULL, type: "x".repeat(20_000) }))).toMatchObject({ error: { code: "TILLIT_SIZE" } });
  });

  test("of an unknown point is answered just as one for another server or federation", async () => {
    const answers = await Promise.all(
      [{ enforcement_point: "ep_2" }, { federation: "fed_2" }, { audience: "chat.b.example" }].map((other) =>
        pullAs(sign({ ...PULL, ...other })),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ error: { code: "TILLIT_FORBIDDEN" } });
  });
});
