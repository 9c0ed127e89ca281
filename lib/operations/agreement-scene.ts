import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { listStops } from "#lib/data/emergency.ts";
import { namesOfGroups } from "#lib/data/groups.ts";
import { getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { type EvidenceRecord, evidenceAmong } from "#lib/data/inbox.ts";
import { namesOf } from "#lib/data/people.ts";
import { type PathRecord, readPaths } from "#lib/data/surroundings.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { AgreementRecord } from "#lib/data/trust.ts";
import { stoppedAgencies } from "#lib/domain/emergency.ts";
import { type AgencyId, type HomeserverId, parsePublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { systemClock } from "#lib/platform/clock.ts";

/** All that views of some agreements name, read once for all of them. */
export type Scene = {
  readonly agencies: ReadonlyMap<AgencyId, AgencyRecord>;
  readonly servers: ReadonlyMap<HomeserverId, HomeserverRecord>;
  readonly evidence: readonly EvidenceRecord[];
  readonly paths: readonly PathRecord[];
  readonly names: ReadonlyMap<string, string>;
  /** What the groups are called that some of them came of, by public id. */
  readonly groups: ReadonlyMap<string, string>;
  /** Agencies whose doors an emergency stop shuts now. */
  readonly stopped: ReadonlySet<AgencyId>;
  readonly now: Instant;
};

const groupNames = async (tx: Tx, records: readonly AgreementRecord[]): Promise<ReadonlyMap<string, string>> =>
  namesOfGroups(
    tx,
    records.flatMap(({ latest }) => {
      const id = latest?.terms.basis === undefined ? undefined : parsePublicId("grp", latest.terms.basis.group);
      return id?.ok === true ? [id.value] : [];
    }),
  );

const MOST_STOPS = 1_000;

/** Reads what the views of these agreements need, each table once. */
export const sceneOf = async (tx: Tx, records: readonly AgreementRecord[]): Promise<Scene> => {
  const serverIds = [...new Set(records.flatMap(({ latest }) => latest?.servers.map(({ id }) => id) ?? []))];
  const servers = await getHomeservers(tx, serverIds);
  const agencyIds = new Set([
    ...records.flatMap(({ parties }) => parties.map(({ agency }) => agency)),
    ...servers.flatMap(({ agencies }) => agencies),
  ]);
  const agencies = await getAgencies(tx, [...agencyIds]);
  const people = records.flatMap(({ decisions }) =>
    decisions.flatMap(({ person, rule }) => [person, rule?.owner].filter((who) => who !== undefined)),
  );
  const now = systemClock.now();
  const stops = await listStops(tx, { open: true, agencies: [...agencyIds] }, MOST_STOPS);
  return {
    agencies: new Map(agencies.map((agency) => [agency.id, agency])),
    servers: new Map(servers.map((server) => [server.id, server])),
    evidence: await evidenceAmong(tx, serverIds),
    paths: await readPaths(tx, serverIds),
    groups: await groupNames(tx, records),
    names: await namesOf(tx, [...new Set(people)]),
    stopped: stoppedAgencies(stops, now),
    now,
  };
};
