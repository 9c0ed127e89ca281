import { randomBytes } from "node:crypto";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { newSecret } from "#lib/platform/ids.ts";
import { newKeyPair, signJson } from "#lib/platform/signed-json.ts";
import { fingerprintOf } from "#lib/signing/signing.ts";
import type { Identity } from "./identity.ts";
import type { Portal } from "./portal.ts";

/** What a person brings from the portal: the code by one way, the fingerprint by another. */
export type Invitation = { readonly code: string; readonly fingerprints: readonly string[] };

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^0-9a-f]/g, "");

const WORDS: Readonly<Record<string, string>> = {
  TILLIT_FORBIDDEN: "the code is not known, was used, or has run out: make a new one in the portal",
  TILLIT_TIME: "this machine's clock is wrong: set its time, then try again",
};

/**
 * Enrols with a one-time code: makes a key pair of its own, and pins the portal's root keys only where their fingerprints
 * are among those that were given apart. The key is saved by the caller, and only then counts.
 */
export const enrolAt = async (
  portal: Portal,
  audience: ServerName,
  { code, fingerprints }: Invitation,
  means: { readonly clock: Clock; readonly software: string; readonly signal: AbortSignal },
): Promise<Result<Identity, string>> => {
  const { publicKey, privateKey } = newKeyPair();
  const keyId = `ed25519:agent-${randomBytes(4).toString("hex")}`;
  const request = {
    type: "tillit.enrolment.v1",
    code: code.trim(),
    audience,
    key_id: keyId,
    key: publicKey,
    software: means.software,
    issued_at: means.clock.now(),
    nonce: newSecret(),
  };
  const given = new Set(fingerprints.map(plain));
  if (given.size === 0) return err("no fingerprint was given: it is what tells the portal from somebody in between");
  const answer = await portal.enrol(canonicalJson(signJson(request, audience, { keyId, privateKey })), means.signal);
  if (!answer.ok) return err(WORDS[answer.error.code] ?? `${answer.error.code}: ${answer.error.detail}`);
  const { federation, enforcement_point, root_keys } = answer.value;
  const rootKeys = Object.fromEntries(
    Object.entries(root_keys).filter(([, key]) => given.has(plain(fingerprintOf(key)))),
  );
  if (Object.keys(rootKeys).length === 0) {
    const seen = Object.values(root_keys).map(fingerprintOf).join(", ");
    return err(`the portal shows root keys ${seen || "(none)"}, not the fingerprint given: nothing was pinned`);
  }
  return ok({ federation, enforcementPoint: enforcement_point, audience, keyId, privateKey, rootKeys });
};
