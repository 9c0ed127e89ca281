import { listDrift } from "#lib/data/drift.ts";
import { heldAmong, lastRelease } from "#lib/data/holds.ts";
import { listHomeserverIds } from "#lib/data/homeservers.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { AgencyId, HomeserverId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { putBackSince } from "./put-back.ts";

export type Waiting = {
  readonly kind: "held_list" | "shut_locally";
  readonly homeserver: HomeserverId;
  readonly since: Instant;
};
const MANY = 500;

const held = async (tx: Tx, agencies: readonly AgencyId[]): Promise<readonly Waiting[]> => {
  const waiting: Waiting[] = [];
  for (const { homeserver, held: plan } of await heldAmong(tx, agencies)) {
    const released = await lastRelease(tx, homeserver, "brake", plan.digest);
    if (released === undefined || released < plan.at) waiting.push({ kind: "held_list", homeserver, since: plan.at });
  }
  return waiting;
};

const shut = async (tx: Tx, agencies: readonly AgencyId[]): Promise<readonly Waiting[]> => {
  const homeservers = await listHomeserverIds(tx, agencies);
  const findings = await listDrift(tx, { homeservers, open: true, kind: "shut_locally" }, MANY);
  const first = new Map<HomeserverId, Instant>();
  for (const finding of findings) {
    if ((await putBackSince(tx, finding)) !== undefined) continue;
    const known = first.get(finding.homeserver);
    if (known === undefined || finding.foundAt < known) first.set(finding.homeserver, finding.foundAt);
  }
  return [...first].map(([homeserver, since]) => ({ kind: "shut_locally", homeserver, since }));
};

/** What waits at these agencies' servers for one of their approvers, one a server and kind, since the oldest of it. */
export const serversWaiting = async (tx: Tx, agencies: readonly AgencyId[]): Promise<readonly Waiting[]> => [
  ...(await held(tx, agencies)),
  ...(await shut(tx, agencies)),
];
