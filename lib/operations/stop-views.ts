import type { ReachView, StoppedServerView, StopView } from "#lib/contracts/emergency.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { type Reached, reachOfStop, type StopRecord } from "#lib/data/emergency.ts";
import { getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { namesOf } from "#lib/data/people.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import {
  callsForSecond,
  decideStop,
  lapsesAt,
  STOP_MOVES,
  type Stop,
  stopProgress,
  stopState,
} from "#lib/domain/emergency.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { headStatus } from "./lanes.ts";
import { agencyRef, personRef } from "./people-views.ts";

/** Whether the actor may begin and decide a stop of that scope: one's own agency's, or as a coordinator everybody's. */
export const mayStop = (actor: Actor, { scope, agency }: Pick<Stop, "scope" | "agency">): boolean =>
  scope === "own" ? hasRole(actor, agency, "approver", "administrator") : isCoordinator(actor);

const refIn = (agencies: readonly AgencyRecord[], id: AgencyId) => {
  const agency = agencies.find((each) => each.id === id);
  return agency === undefined
    ? { id: toPublicId("agy", id), name: { sv: "–", en: "–" }, identifier: "–" }
    : agencyRef(agency);
};

const serverView = (
  server: HomeserverRecord,
  { agreements, listed }: Reached,
  agency: AgencyId,
  exercise: boolean,
): StoppedServerView => {
  const { head, mode } = server;
  const confirmed = head?.confirmedAt;
  const known = {
    listed,
    confirmed: confirmed !== undefined,
    driven: mode === "enforce" && (head?.version ?? 0) > 0,
    unreachable: headStatus(server) === "unreachable",
  };
  return {
    homeserver: { id: toPublicId("hs", server.id), serverName: server.serverName },
    own: server.agencies.includes(agency),
    agreements,
    progress: stopProgress(known, exercise),
    confirmedAt: confirmed ?? null,
  };
};

/** Whom a stop of that agency reaches: servers, and the other agencies on them. Nobody for who may not stop it. */
export const reachedBy = async (tx: Tx, agency: AgencyId) => {
  const reached = await reachOfStop(tx, agency);
  const servers = await getHomeservers(
    tx,
    reached.map(({ server }) => server),
  );
  const others = new Set(servers.flatMap(({ agencies }) => agencies));
  others.delete(agency);
  return { reached, servers, others: [...others].toSorted(byCodePoint) };
};

/** What a confirmation is bound to: whom a stop reaches, and by how many agreements; not how far it has come. */
export const reachDigest = (agency: AgencyId, { reached, others }: Awaited<ReturnType<typeof reachedBy>>) =>
  digestOf({
    type: "tillit.reach.v1",
    agency,
    servers: reached.map(({ server, agreements }) => ({ server, agreements })),
    others,
  });

/** What a stop of that agency shuts, and how far each server has come. Empty for who may not stop it. */
export const reachView = async (tx: Tx, agency: AgencyId, exercise: boolean): Promise<ReachView> => {
  const whole = await reachedBy(tx, agency);
  const { reached, servers, others } = whole;
  const agencies = await getAgencies(tx, [agency, ...others]);
  const views = servers.flatMap((server) => {
    const found = reached.find((each) => each.server === server.id);
    return found === undefined ? [] : [serverView(server, found, agency, exercise)];
  });
  return {
    agency: refIn(agencies, agency),
    servers: views,
    digest: reachDigest(agency, whole),
    partners: others.map((id) => refIn(agencies, id)),
    names: servers.filter((server) => server.agencies.includes(agency)).map(({ serverName }) => serverName),
  };
};

/** Stops as the reader may know them: why and by whom are the agency's and the coordinators'. */
export const stopViews = async (
  tx: Tx,
  actor: Actor,
  stops: readonly StopRecord[],
  withReach: boolean,
): Promise<StopView[]> => {
  const now = systemClock.now();
  const agencies = await getAgencies(tx, [...new Set(stops.map(({ agency }) => agency))]);
  const people = stops.flatMap(({ startedBy, confirmedBy, endedBy }) =>
    [startedBy, confirmedBy, endedBy].flatMap((id) => (id === undefined ? [] : [id])),
  );
  const names = await namesOf(tx, [...new Set(people)]);
  const views: StopView[] = [];
  for (const stop of stops) {
    const knows = isCoordinator(actor) || agenciesOf(actor).includes(stop.agency);
    const decides = mayStop(actor, stop);
    const by = (id: StopRecord["endedBy"]) => (knows && id !== undefined ? personRef(id, names) : null);
    const attempt = { person: actor.person, at: now };
    const state = stopState(stop, now);
    const standing = state === "in_force" || state === "awaits_second";
    views.push({
      id: toPublicId("stp", stop.id),
      agency: refIn(agencies, stop.agency),
      scope: stop.scope,
      exercise: stop.exercise,
      state,
      reason: knows ? stop.reason : null,
      startedBy: by(stop.startedBy),
      startedAt: stop.startedAt,
      confirmedBy: by(stop.confirmedBy),
      confirmedAt: stop.confirmedAt ?? null,
      lapsesAt: lapsesAt(stop) ?? null,
      urgent: callsForSecond(stop, now),
      endedBy: by(stop.endedBy),
      endedAt: stop.endedAt ?? null,
      endReason: knows ? (stop.endReason ?? null) : null,
      allowed: decides ? STOP_MOVES.filter((move) => decideStop(stop, { ...attempt, move }).ok) : [],
      reach: withReach && decides && standing ? await reachView(tx, stop.agency, stop.exercise) : null,
      version: stop.version,
    });
  }
  return views;
};
