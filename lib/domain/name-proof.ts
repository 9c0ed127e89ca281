import { DAY, HOUR, type Instant, later, MINUTE } from "./instant.ts";

export const PROOF_STATES = ["missing", "proven", "lost"] as const;
export type ProofState = (typeof PROOF_STATES)[number];
export const PROOF_PLACES = ["well_known", "dns"] as const;
export type ProofPlace = (typeof PROOF_PLACES)[number];

/** `absent`: both places answered without the token. `away`: at least one did not answer. */
export type ProofSeen =
  | { readonly kind: "found"; readonly at: ProofPlace }
  | { readonly kind: "absent" | "away"; readonly code: string };

export type Proof = {
  readonly state: ProofState;
  readonly provenAt: Instant | undefined;
  /** Since when a name that was proven has not shown its token. */
  readonly failingSince: Instant | undefined;
};

/** How long a proven name may be without its token: a server that is moved loses nothing, an outage of days neither. */
const GRACE = { absent: DAY, away: 7 * DAY } as const;

/** What a look at both places makes of the proof. */
export const judgeProof = (held: Proof, seen: ProofSeen, now: Instant): Proof => {
  if (seen.kind === "found") {
    const provenAt = held.state === "proven" ? (held.provenAt ?? now) : now;
    return { state: "proven", provenAt, failingSince: undefined };
  }
  if (held.state !== "proven") return held;
  const failingSince = held.failingSince ?? now;
  return { ...held, failingSince, state: now - failingSince >= GRACE[seen.kind] ? "lost" : "proven" };
};

const EVERY_NEW = MINUTE;
const EVERY_FAILING = 10 * MINUTE;
const EVERY_MISSING = HOUR;
const EVERY_PROVEN = 12 * HOUR;

/** When to look again after a look: often on a server's first day and while a proof fails, and for ever. */
export const nextLookAt = ({ state, failingSince }: Proof, since: Instant, now: Instant): Instant => {
  if (failingSince !== undefined && state === "proven") return later(now, EVERY_FAILING);
  if (state === "proven") return later(now, EVERY_PROVEN);
  return later(now, now - since < DAY ? EVERY_NEW : EVERY_MISSING);
};
