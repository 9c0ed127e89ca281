import type { KnownServer, Picture, RecordedEvidence } from "#lib/data/reconcile.ts";
import type { AllowList } from "#lib/domain/allow-list.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { type Instant, MINUTE } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Desire, openBy } from "./desire.ts";

/** One direction at the server that is looked at: whether the partner's requests should be let in. */
export type Lane = { readonly partner: KnownServer; readonly desired: "open" | "shut" };

/** Evidence is written anew when it says something new, and otherwise this often, so that it never grows old unseen. */
export const EVIDENCE_REFRESH = 5 * MINUTE;

export const evidenceOf = (
  { evidence }: Picture,
  from: HomeserverId,
  to: HomeserverId,
  station: RecordedEvidence["station"],
): RecordedEvidence | undefined =>
  evidence.find((row) => row.from === from && row.to === to && row.station === station);

const STATIONS_SEEN = ["stored", "effective", "observed"] as const;

const isProvenShut = (picture: Picture, from: HomeserverId): boolean =>
  STATIONS_SEEN.every((station) => {
    const row = evidenceOf(picture, from, picture.server.id, station);
    return row === undefined || (row.detail.desired === "shut" && row.state === "reached");
  });

/**
 * The lanes to look at: each that should be open, and each that was open and has not yet been seen shut.
 * A lane seen shut is left alone; a name that should not be there is found by the read-back.
 */
export const lanesOf = (picture: Picture, { wanted }: Desire, now: Instant): readonly Lane[] => {
  const open = openBy(wanted, now);
  return picture.partners.flatMap((partner): readonly Lane[] => {
    if (open.has(partner.name)) return [{ partner, desired: "open" }];
    const known = STATIONS_SEEN.some((station) => evidenceOf(picture, partner.id, picture.server.id, station));
    return known && !isProvenShut(picture, partner.id) ? [{ partner, desired: "shut" }] : [];
  });
};

/** Names that the server was told to let in now. */
export const allowedNow = (allow: AllowList, now: Instant): ReadonlySet<ServerName> => openBy(allow, now);
