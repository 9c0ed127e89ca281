import type { Connector } from "#lib/connectors/connector.ts";
import { clearResetDue, type NewEvidence } from "#lib/data/evidence.ts";
import { type KnownServer, loadPicture, type Picture } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { ok } from "#lib/domain/result.ts";
import { log } from "#lib/platform/log.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import type { Looking } from "./look.ts";

type Seen = {
  readonly from: string;
  readonly to: string;
  readonly station: string;
  readonly state: string;
  readonly detail: { readonly [name: string]: unknown };
};

const isOpenLane = (rows: readonly Seen[], from: string, to: string): boolean =>
  rows.some(
    (row) =>
      row.from === from &&
      row.to === to &&
      row.station === "observed" &&
      row.state === "reached" &&
      row.detail["desired"] === "open",
  );

const sameLane = (a: Seen, b: Seen): boolean => a.from === b.from && a.to === b.to && a.station === b.station;

/** Partners whose door has opened in both directions by this evidence, or whose reset an earlier round still owes. */
export const resetsDue = (picture: Picture, evidence: readonly NewEvidence[]): readonly KnownServer[] => {
  const { server, partners } = picture;
  const before: readonly Seen[] = picture.evidence;
  const now: readonly Seen[] = [...evidence, ...before.filter((row) => !evidence.some((next) => sameLane(row, next)))];
  const both = (rows: readonly Seen[], partner: string): boolean =>
    isOpenLane(rows, partner, server.id) && isOpenLane(rows, server.id, partner);
  const owed = (partner: string): boolean =>
    picture.evidence.some(({ from, to, detail }) => from === partner && to === server.id && detail.resetDue === true);
  return partners.filter(({ id }) => both(now, id) && (owed(id) || !both(before, id)));
};

/** Marks the lanes whose reset is owed, so that a worker that dies before it leaves the debt to the next round. */
export const markResets = (
  rows: readonly NewEvidence[],
  picture: Picture,
  due: readonly KnownServer[],
): readonly NewEvidence[] => {
  const owed = new Set<string>(due.map(({ id }) => id));
  const isOwed = ({ from, to, station }: NewEvidence): boolean =>
    to === picture.server.id && station === "observed" && owed.has(from);
  return rows.map((row) => (isOwed(row) ? { ...row, detail: { ...row.detail, resetDue: true } } : row));
};

type Place = Pick<Picture, "server" | "point">;

const placeOf = async (homeserver: string): Promise<Place | undefined> => {
  const loaded = await asWorker(async (tx) => ok(await loadPicture(tx, homeserver)));
  return loaded.ok ? loaded.value : undefined;
};

const connectorAt = async (
  looking: Looking,
  keys: SigningKeys,
  place: Place | undefined,
): Promise<Connector | undefined> => {
  if (place?.point === undefined || place.server.keys.length === 0) return undefined;
  return looking.reach.connectorOf(place.server, place.point, keys, looking.signal);
};

const resetAt = async (
  looking: Looking,
  keys: SigningKeys,
  place: Place | undefined,
  to: KnownServer,
): Promise<void> => {
  const connector = await connectorAt(looking, keys, place);
  if (connector === undefined || connector.resetDestination === false) return;
  const answer = await connector.resetDestination(to.name, looking.signal);
  if (!answer.ok) log.warn({ server: place?.server.name, destination: to.name, code: answer.error.code }, "no reset");
};

/**
 * After a door has opened in both directions, has both servers try each other again at once: while it was shut each
 * sender backed off, for ten minutes to a day. Repeating it does no harm.
 */
export const resetOpened = async (
  looking: Looking,
  keys: SigningKeys,
  picture: Picture,
  due: readonly KnownServer[],
): Promise<void> => {
  const { server } = picture;
  if (due.length === 0) return;
  const resets = due.map(async (partner) => {
    const other = await placeOf(partner.id);
    await Promise.all([resetAt(looking, keys, picture, partner), resetAt(looking, keys, other, server)]);
  });
  for (const done of await Promise.allSettled(resets))
    if (done.status === "rejected") log.warn({ server: server.name, err: done.reason }, "reset failed");
  await asWorker(async (tx) => {
    await clearResetDue(
      tx,
      server.id,
      due.map(({ id }) => id),
    );
    return ok(undefined);
  });
};
