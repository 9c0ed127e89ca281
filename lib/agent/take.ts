import {
  type Accepted,
  acceptKeyset,
  acceptList,
  acceptRenewal,
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
