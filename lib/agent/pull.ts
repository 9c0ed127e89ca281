import { z } from "zod";
import { canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { type Signer, signJson } from "#lib/platform/signed-json.ts";
import type { Accepted, Pins } from "#lib/signing/signing.ts";

export type PullWish = {
  readonly enforcementPoint: string;
  /** How long the portal may hold the question open, ms, at most 50,000. */
  readonly wait: number;
  readonly issuedAt: Instant;
  readonly nonce: string;
};

/** The body of a pull (specification, section 5): what is held, signed by the enforcement point's own key. */
export const pullBody = (pins: Pins, { keyset, list, renewal }: Accepted, wish: PullWish, signer: Signer): string => {
  const document: JsonObject = {
    type: "tillit.pull.v1",
    federation: pins.federation,
    audience: pins.audience,
    enforcement_point: wish.enforcementPoint,
    keyset: `${keyset?.fields.epoch ?? 0}.${keyset?.fields.serial ?? 0}`,
    list: `${list?.fields.epoch ?? 0}.${list?.fields.version ?? 0}`,
    renewal: renewal?.fields.issued_at ?? 0,
    wait: wish.wait,
    issued_at: wish.issuedAt,
    nonce: wish.nonce,
  };
  return canonicalJson(signJson(document, pins.audience, signer));
};

/** What a pull answers, for `takeDocuments`. */
export const pullAnswer = z.object({
  documents: z.array(z.object({ kind: z.enum(["keyset", "list", "renewal"]), bytes: z.string() })).max(3),
});
