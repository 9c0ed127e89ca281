import type { Policy } from "#lib/domain/allow-list.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import {
  type Accepted,
  acceptKeyset,
  acceptList,
  acceptRenewal,
  inForce,
  type LawRefusal,
  type Pins,
} from "#lib/signing/signing.ts";

/** One document as a pull answers it: the canonical bytes as text. */
export type Pulled = { readonly kind: "keyset" | "list" | "renewal"; readonly bytes: string };

export type Taken = {
  readonly state: Accepted;
  /** The first document that a law refused; those behind it were not looked at. */
  readonly refused?: LawRefusal & { readonly kind: Pulled["kind"] };
};

const ACCEPT = { keyset: acceptKeyset, list: acceptList, renewal: acceptRenewal } as const;

/**
 * Holds what a pull answered to the laws, in the order sent. Stops at the first refusal: what was in force before it
 * stays in force (law 9).
 *
 * @param now the own clock, ms
 */
export const takeDocuments = (pins: Pins, held: Accepted, documents: readonly Pulled[], now: number): Taken => {
  let state = held;
  for (const { kind, bytes } of documents) {
    const accepted = ACCEPT[kind](pins, state, bytes, now);
    if (!accepted.ok) return { state, refused: { ...accepted.error, kind } };
    state = accepted.value.state;
  }
  return { state };
};

/** What the homeserver shall obey at that moment: the list in force less the operator's own deny list (law 11). */
export const toApply = (pins: Pins, state: Accepted, deny: ReadonlySet<ServerName>, now: number): Policy => {
  const { policy } = inForce(pins, state, now);
  if (policy.mode === "open") return policy;
  return { mode: "closed", allow: new Set([...policy.allow].filter((name) => !deny.has(name))) };
};
