import type { Plan, Policy, Unknown } from "#lib/domain/allow-list.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { ConnectorFault } from "./fault.ts";
import type { Insight } from "./insight.ts";

/**
 * What a vendor can do and cannot, declared so that the portal can say it before anyone relies on it. The contract holds
 * a connector to its limits in both directions: what they deny must in fact not hold.
 */
export type Limits = {
  /** How the change reaches the server: at once, after a cache has run out, after a restart, or when it next asks. */
  readonly takesEffect: "at_once" | "after_cache" | "after_restart" | "when_asked";
  /** Longest time, in ms, from an accepted change to its effect in every live process. */
  readonly effectWithin: number;
  /** Most names one list can hold. */
  readonly maxNames: number;
  /** Whether names with a port are told from names without. */
  readonly portsInNames: boolean;
  /** Whether the list also holds what the server sends, not only what it receives. */
  readonly holdsOutbound: boolean;
  /**
   * Whether the enforcement point verifies the list's signature itself and answers with receipts of its own. Where it
   * does not, it holds bare names: the worker compares those, and the order of lists is the worker's alone to keep.
   */
  readonly verifiesSignature: boolean;
  /** Whether a list of an earlier version, or another of the same, is refused. Absent: as the signature is. */
  readonly keepsOrder?: boolean;
};

/** Where a signed list stands in its order. */
export type ListPosition = { readonly epoch: number; readonly version: number; readonly digest: string };

/** What the worker signed for one server, as the stored bytes: a retry sends the same. */
export type SignedList = ListPosition & {
  readonly audience: ServerName;
  readonly mode: "observe" | "enforce";
  readonly expiresAt: Instant;
  /** The names open now, already sorted: for vendors that cannot read the list itself. */
  readonly names: readonly ServerName[];
  /** Canonical bytes of the keyset under which the list is signed. */
  readonly keyset: string;
  /** Canonical bytes of the list. */
  readonly list: string;
  /** Canonical bytes of the newest renewal, if one was signed since the list. */
  readonly renewal?: string;
};

export type Change = {
  readonly list: SignedList;
  readonly plan: Plan;
  /** An operator's own wish beside the server, under no signed list: it has no place in the order of versions. */
  readonly own?: boolean;
};

/** One process of a server that verifies lists, and which list it obeys. */
export type Instance = ListPositionSeen & { readonly name: string };
type ListPositionSeen = { readonly epoch: number; readonly version: number; readonly seenAt: Instant };

/** What one process obeys; without a position where the vendor knows names only. */
export type Effective = {
  readonly name: string;
  readonly seenAt: Instant;
  readonly epoch?: number;
  readonly version?: number;
  /** Unknown while a cache may still hold another list, or where a process was not asked. */
  readonly policy: Policy | Unknown;
};

/** A verified statement of the enforcement point about itself. */
export type Receipt = ListPosition & {
  readonly enforcementPoint: string;
  readonly boot: string;
  /** Rises with every receipt of this enforcement point; the worker stores the highest and refuses what does not exceed it. */
  readonly sequence: number;
  /** What it answers: the nonce of a query or the digest of a document. */
  readonly answers: string;
  readonly mode: "before_first" | "observe" | "enforce";
  readonly stale: boolean;
  readonly appliedAt: Instant;
  readonly instances: readonly Instance[];
  readonly effectiveDigest: string;
  /** Names that the operator's own file subtracts. */
  readonly localDeny: readonly ServerName[];
  readonly leaseMs: number;
  /** The server's own clock. */
  readonly clock: Instant;
  readonly software: string;
  /** Canonical bytes, signature included, to be stored as evidence. */
  readonly bytes: string;
};

/** What deserves a person's attention now, as the server reports it. */
export const ALARMS = [
  "open",
  "stood_down",
  "forked",
  "clock_skew",
  "superseded",
  "lease_lapsed",
  "stored_list_invalid",
  "local_deny_unreadable",
  "suffix_match",
] as const;
export type Alarm = (typeof ALARMS)[number];

/**
 * What the server was seen to hold. Stored is what its store says, effective what each running process obeys: different
 * values on purpose, since one can change without the other.
 */
export type Observed = {
  readonly stored: Policy | Unknown;
  readonly effective: readonly Effective[];
  /** When what is stored is obeyed by every process, where a cache may still hold something else until then. */
  readonly effectiveAt?: Instant;
  /** The list in force as the server states it; absent before the first, and where the vendor knows names only. */
  readonly position?: ListPosition;
  readonly receipt?: Receipt;
  /** When the list in force runs out, renewals counted; absent before the first. */
  readonly expiresAt?: Instant;
  /** In observe mode: what enforcing would open, and what it would shut that is let through today. */
  readonly would?: Plan;
  readonly alarms: readonly Alarm[];
  /** That the server has the list and takes it into use when somebody restarts it. */
  readonly awaitsRestart?: boolean;
  /** The server's own words on what is amiss; empty for nothing. */
  readonly detail: string;
};

/**
 * What a server did with a list: a receipt where it can sign one; `applied` where nothing but its own answers vouches for
 * it; `awaiting_restart` where it obeys only once somebody restarts it.
 */
export type Applied = Receipt | "applied" | "awaiting_restart";

export type Connector = {
  readonly kind: string;
  readonly limits: Limits;
  /** Reads the homeserver itself, never what we last wrote. */
  readonly observe: (signal: AbortSignal) => Promise<Result<Observed, ConnectorFault>>;
  /** Safe to repeat. Carries the signed list and the difference; a vendor uses either. */
  readonly apply: (change: Change, signal: AbortSignal) => Promise<Result<Applied, ConnectorFault>>;
  /** Makes the server try a destination again at once, after its door opened; `false` where a vendor cannot. */
  readonly resetDestination:
    | ((destination: ServerName, signal: AbortSignal) => Promise<Result<Receipt, ConnectorFault>>)
    | false;
  /** What the server can tell of its rooms and paths; absent where a vendor tells nothing. */
  readonly insight?: Insight;
};
