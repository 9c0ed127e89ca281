import type { Observed } from "#lib/connectors/connector.ts";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import type { JsonObject } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { signJson } from "#lib/platform/signed-json.ts";
import { type Accepted, inForce, isStale, type Pins } from "#lib/signing/signing.ts";
import type { Identity, Progress } from "./identity.ts";

/** What one settling came to, as far as the server could be looked at. */
export type Settled = {
  /** Whether the server is held to the names; else it stays as it is. */
  readonly held: boolean;
  readonly names: readonly ServerName[];
  readonly deny: readonly ServerName[];
  readonly observed: Observed | undefined;
  /** What stands in the way, as `code: words`; absent for nothing. */
  readonly fault?: string;
};

const same = (policy: Policy | Unknown, names: readonly ServerName[]): boolean =>
  policy.mode === "closed" && [...policy.allow].toSorted().join(" ") === names.join(" ");

/** Where a program cannot be asked and nothing is cached, what it was given stands for what it obeys: a probe decides. */
const policiesOf = (observed: Observed | undefined): readonly (Policy | Unknown)[] => {
  if (observed === undefined) return [];
  const { effective, effectiveAt, stored } = observed;
  return effective.map(({ policy }) => (policy.mode === "unknown" && effectiveAt === undefined ? stored : policy));
};

/** What the running server obeys, in the words whose digest a receipt bears. */
const effectiveOf = (policies: readonly (Policy | Unknown)[]): JsonObject => {
  const [first] = policies;
  if (first === undefined || policies.some(({ mode }) => mode === "unknown")) return { mode: "unknown" };
  if (policies.some(({ mode }) => mode === "open")) return { mode: "open" };
  const names = policies.flatMap((policy) => (policy.mode === "closed" ? [...policy.allow] : []));
  return { mode: "closed", allow: [...new Set(names)].toSorted() };
};

const instancesOf = ({ observed, names }: Settled, { applied }: Progress, now: Instant): readonly JsonObject[] =>
  (observed?.effective ?? []).map(({ name, epoch = 0, version = 0, seenAt }, at) => {
    // A vendor that holds bare names obeys the list that was put there if the names are its.
    const obeyed = policiesOf(observed)[at];
    const bare = version === 0 && obeyed !== undefined && same(obeyed, names) ? applied : undefined;
    return {
      name,
      epoch: bare?.epoch ?? epoch,
      version: bare?.version ?? version,
      seen_at: Math.min(seenAt, now),
    };
  });

const modeOf = (pins: Pins, state: Accepted, settled: Settled, now: number): JsonObject => {
  const { mode } = inForce(pins, state, now);
  if (mode !== "enforce" && !settled.held) return { mode, effective_digest: digestOf({ mode: "open" }) };
  return { mode, effective_digest: digestOf(effectiveOf(policiesOf(settled.observed))) };
};

export type ReceiptMeans = {
  readonly identity: Identity;
  readonly pins: Pins;
  readonly boot: string;
  /** How long the stored list may be out of reach, ms. */
  readonly lease: number;
  readonly software: string;
  readonly target: string;
};

/** What a receipt says, all but who signs it, when and in which place of the order: two of equal essence say the same. */
export const essenceOf = (
  { identity, pins, boot, lease, software, target }: ReceiptMeans,
  state: Accepted,
  progress: Progress,
  settled: Settled,
  now: Instant,
): JsonObject => ({
  type: "tillit.receipt.v1",
  federation: pins.federation,
  audience: pins.audience,
  enforcement_point: identity.enforcementPoint,
  boot,
  answers: state.list?.digest ?? "",
  epoch: progress.applied?.epoch ?? 0,
  version: progress.applied?.version ?? 0,
  digest: progress.applied?.digest ?? "",
  stale: isStale(state, now),
  applied_at: progress.applied?.at ?? 0,
  local_deny: settled.deny.toSorted(),
  lease_ms: lease,
  software: { agent: software, target, ...(settled.fault === undefined ? {} : { fault: settled.fault }) },
  ...modeOf(pins, state, settled, now),
});

/** The receipt itself, signed by the agent's own key under the homeserver's name. */
export const makeReceipt = (
  essence: JsonObject,
  { identity }: ReceiptMeans,
  progress: Progress,
  settled: Settled,
  now: Instant,
): JsonObject =>
  signJson(
    {
      ...essence,
      sequence: progress.sequence,
      instances: [...instancesOf(settled, progress, now)],
      clock: now,
    },
    identity.audience,
    { keyId: identity.keyId, privateKey: identity.privateKey },
  );
