import type { Observed } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import type { Policy } from "#lib/domain/allow-list.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Accepted, inForce, type Pins } from "#lib/signing/signing.ts";

/**
 * What the server shall hold: nothing of the agent's (it stays as it is), the list in force, or the operator's own wish,
 * which stands under no list.
 */
export type Wish = {
  readonly hold: "nothing" | "list" | "own";
  /** The names that may be let in, sorted; of no meaning where nothing is held. */
  readonly names: readonly ServerName[];
  /** The names of the operator's deny file, which are obeyed. */
  readonly deny: readonly ServerName[];
  /** Why a door is shut that the list alone would leave open, as `code: words`. */
  readonly fault?: string;
  /** Whether it depends on what the server stores, so that it is to be looked at often. */
  readonly bySight?: true;
};

/** What a wish is made of, each as it is at that moment. */
export type Standing = {
  readonly pins: Pins;
  readonly state: Accepted;
  /** Why the stored list does not hold; absent where it was verified. */
  readonly broken: ConnectorFault | undefined;
  /** Whether the stored list could not be confirmed for longer than the lease. */
  readonly leaseOver: boolean;
  /** The deny file; undefined where it was never readable since the start. */
  readonly denied: ReadonlySet<ServerName> | undefined;
  /** What the server stores, where it was looked at. */
  readonly stored: Observed["stored"] | undefined;
};

const SHUT: readonly ServerName[] = [];

const SHUTS_ALL =
  "deny_shuts_all: an open server cannot shut single names; name in beforeFirstList whom it shall let in meanwhile";

/** An allow-list cannot take one name from an open server, so law 11 is kept by letting in nobody. */
const besideOpen = (denied: ReadonlySet<ServerName>, stored: Standing["stored"]): Wish => {
  const deny = [...denied].toSorted();
  if (deny.length === 0) return { hold: "nothing", names: SHUT, deny };
  if (stored?.mode !== "closed") return { hold: "own", names: SHUT, deny, fault: SHUTS_ALL, bySight: true };
  const names = [...stored.allow].filter((name) => !denied.has(name)).toSorted();
  const hold = names.length < stored.allow.size ? "own" : "nothing";
  return { hold, names, deny, bySight: true, ...(names.length === 0 ? { fault: SHUTS_ALL } : {}) };
};

const less = ({ allow }: Extract<Policy, { mode: "closed" }>, denied: ReadonlySet<ServerName>): readonly ServerName[] =>
  [...allow].filter((name) => !denied.has(name)).toSorted();

/**
 * Decides what the server shall hold (signed documents, laws 6, 7 and 11): shut where the stored list does not hold, where
 * the lease is over, or where the deny file was never readable; else what is in force less what the operator denies.
 *
 * @param now the own clock, ms
 */
export const wishOf = ({ pins, state, broken, leaseOver, denied, stored }: Standing, now: number): Wish => {
  const deny = [...(denied ?? [])].toSorted();
  const shut = (fault: string): Wish => ({ hold: "own", names: SHUT, deny, fault: fault.slice(0, 500) });
  if (broken !== undefined && !pins.observe) return shut(`${broken.code}: ${broken.detail}`);
  const { mode, policy } = inForce(pins, state, now);
  if (denied === undefined) return { hold: mode === "enforce" ? "list" : "own", names: SHUT, deny };
  if (policy.mode === "open") return besideOpen(denied, stored);
  if (mode !== "enforce") return { hold: "own", names: less(policy, denied), deny };
  if (leaseOver) return shut("lease_over: the stored list can be neither read nor written; see to the agent's folder");
  return { hold: "list", names: less(policy, denied), deny };
};
