import { byCodePoint } from "./canonical.ts";
import type { Instant } from "./instant.ts";
import type { ServerName } from "./server-name.ts";

/**
 * Why a pair of servers is open. An agreement is the first kind; what else may open a door later yields the same shape,
 * so that ending one reason never shuts a door that another still holds open.
 */
export type Reason = {
  /** As documents name it: `agr_…`. */
  readonly id: string;
  readonly pairs: readonly (readonly [ServerName, ServerName])[];
  /** Digest of the consented terms, `sha256:…`. */
  readonly digest: string;
  readonly from: Instant;
  readonly until?: Instant;
  /** How long past the list's own validity it may stay open where the portal is away, in milliseconds; else as long as the list is kept. */
  readonly offlineMs?: number;
};

export type EntryReason = Pick<Reason, "id" | "digest" | "from" | "offlineMs"> & { readonly until?: Instant };
export type AllowEntry = { readonly server: ServerName; readonly reasons: readonly EntryReason[] };
/** The servers one homeserver may talk to, each with why; sorted by code point so that equal content is equal bytes. */
export type AllowList = readonly AllowEntry[];

/** Open and closed-to-nobody are different values: an empty set of names is closed. */
export type Policy = { readonly mode: "open" } | { readonly mode: "closed"; readonly allow: ReadonlySet<ServerName> };
export type Unknown = { readonly mode: "unknown"; readonly why: string };

const partnersOf = ({ pairs }: Reason, self: ServerName): readonly ServerName[] => [
  ...new Set(pairs.flatMap(([a, b]) => (a === self ? [b] : b === self ? [a] : []))),
];

/**
 * The allow-list of one homeserver: every partner that at least one reason names, with all reasons that do.
 * Reasons that have not begun are listed too, with their times, so that the enforcement point opens at the moment
 * without word from the portal; reasons already past are left out. The own name is never listed.
 */
export const compileAllowList = (self: ServerName, reasons: readonly Reason[], now: Instant): AllowList => {
  const byPartner = new Map<ServerName, EntryReason[]>();
  for (const reason of reasons) {
    if (reason.until !== undefined && reason.until <= now) continue;
    const { id, digest, from, until, offlineMs } = reason;
    const entry: EntryReason = {
      id,
      digest,
      from,
      ...(until === undefined ? {} : { until }),
      ...(offlineMs === undefined ? {} : { offlineMs }),
    };
    for (const partner of partnersOf(reason, self)) {
      if (partner !== self) byPartner.set(partner, [...(byPartner.get(partner) ?? []), entry]);
    }
  }
  return [...byPartner]
    .map(([server, why]) => ({ server, reasons: why.toSorted((a, b) => byCodePoint(a.id, b.id)) }))
    .toSorted((a, b) => byCodePoint(a.server, b.server));
};

/** The names that a list opens at that moment. */
export const openNames = (list: AllowList, now: Instant): ReadonlySet<ServerName> =>
  new Set(
    list
      .filter(({ reasons }) => reasons.some(({ from, until }) => from <= now && (until === undefined || now < until)))
      .map(({ server }) => server),
  );

/** When the set of open names next changes by itself, if ever: the moment to look again. */
export const nextTurn = (list: AllowList, now: Instant): Instant | undefined =>
  list
    .flatMap(({ reasons }) => reasons.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until])))
    .filter((at) => at > now)
    .toSorted((a, b) => a - b)[0];

export type Plan = { readonly add: readonly ServerName[]; readonly remove: readonly ServerName[] };

/** What must change for `now` to become `desired`, both sorted. */
export const planChange = (now: ReadonlySet<ServerName>, desired: ReadonlySet<ServerName>): Plan => ({
  add: [...desired.difference(now)].toSorted(byCodePoint),
  remove: [...now.difference(desired)].toSorted(byCodePoint),
});

export const changesNothing = ({ add, remove }: Plan): boolean => add.length === 0 && remove.length === 0;
