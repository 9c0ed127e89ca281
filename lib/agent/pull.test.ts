import { expect, it } from "vitest";
import { parseCanonical } from "#lib/domain/canonical.ts";
import { instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { newKeyPair, verifySignedJson } from "#lib/platform/signed-json.ts";
import { DEFAULT_MAX_LIFE, NOTHING_ACCEPTED, type Pins } from "#lib/signing/signing.ts";
import { pullAnswer, pullBody } from "./pull.ts";

const pins: Pins = {
  federation: "federation.example",
  audience: "self.example" as ServerName,
  rootKeys: {},
  rootKeysRequired: 1,
  lowestKeyset: { epoch: 1, serial: 1 },
  maxLife: DEFAULT_MAX_LIFE,
  requireConsents: false,
  consentKeys: {},
  beforeFirstList: "closed",
  observe: false,
};

it("a pull says what is held, signed under the homeserver's name by the agent's own key", () => {
  const { publicKey, privateKey } = newKeyPair();
  const wish = { enforcementPoint: "ep", wait: 50_000, issuedAt: instant(1), nonce: "n".repeat(16) };
  const text = pullBody(pins, NOTHING_ACCEPTED, wish, { keyId: "ed25519:agent-00000000", privateKey });
  const body = parseCanonical(text);
  if (!body.ok) throw new Error(body.error);
  expect(body.value).toMatchObject({ type: "tillit.pull.v1", keyset: "0.0", list: "0.0", renewal: 0, wait: 50_000 });
  const document = JSON.parse(text) as Parameters<typeof verifySignedJson>[0];
  expect(verifySignedJson(document, pins.audience, "ed25519:agent-00000000", publicKey).ok).toBe(true);
});

it("an answer with a kind that is not known is not read", () => {
  expect(pullAnswer.safeParse({ documents: [{ kind: "other", bytes: "{}" }] }).success).toBe(false);
});
