import type { ExposureView, NeighbourView, SayCut, SurroundingsView } from "#lib/contracts/surroundings.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { getHomeserver, getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { listSignedLists } from "#lib/data/signed-lists.ts";
import {
  addCut,
  type CutRecord,
  counterparts,
  type ExposureRecord,
  membersAmong,
  readCuts,
  readSurroundings,
  type SurroundingsRecord,
} from "#lib/data/surroundings.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { getAgreement } from "#lib/data/trust.ts";
import { type Actor, agenciesOf, hasRole } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgreementId, type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { cuttingOf, type Neighbour, neighbourState } from "#lib/domain/surroundings.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef } from "./people-views.ts";

type One = { readonly id: HomeserverId };

const served = (actor: Actor, { agencies }: HomeserverRecord): boolean =>
  agencies.some((agency) => agenciesOf(actor).includes(agency));
const mayCut = (actor: Actor, { agencies }: HomeserverRecord): boolean =>
  agencies.some((agency) => hasRole(actor, agency, "administrator", "approver"));

/** The names that the newest list opens: what enforcing means now. */
const listedBy = async (tx: Tx, id: HomeserverId): Promise<ReadonlySet<ServerName>> => {
  const [newest] = await listSignedLists(tx, id, undefined, 1);
  return new Set(
    (newest?.allow ?? []).flatMap(({ server }) => {
      const name = parseServerName(server);
      return name.ok ? [name.value] : [];
    }),
  );
};

type Facts = {
  readonly members: ReadonlyMap<ServerName, HomeserverRecord>;
  readonly agencies: ReadonlyMap<string, AgencyRecord>;
  readonly people: ReadonlyMap<string, string>;
  readonly cuts: ReadonlyMap<ServerName, CutRecord>;
  readonly listed: ReadonlySet<ServerName>;
  readonly asked: ReadonlySet<ServerName>;
};

const factsOf = async (tx: Tx, id: HomeserverId, told: SurroundingsRecord | undefined): Promise<Facts> => {
  const names = told?.neighbours.map(([name]) => name) ?? [];
  const members = await getHomeservers(tx, await membersAmong(tx, names));
  const agencies = await getAgencies(tx, [...new Set(members.flatMap((server) => server.agencies))]);
  const cuts = await readCuts(tx, id);
  return {
    members: new Map(members.map((server) => [server.serverName, server])),
    agencies: new Map(agencies.map((agency) => [agency.id, agency])),
    people: await namesOf(tx, [...new Set([...cuts.values()].map(({ person }) => person))]),
    cuts,
    listed: await listedBy(tx, id),
    asked: new Set((await counterparts(tx, id)).filter(({ open }) => open).map(({ name }) => name)),
  };
};

const neighbourView = ([name, neighbour]: readonly [ServerName, Neighbour], facts: Facts): NeighbourView => {
  const member = facts.members.get(name);
  const cut = facts.cuts.get(name);
  const { rooms, theirs, ours, receivedAt, failingSince } = neighbour;
  return {
    serverName: name,
    rooms,
    theirs,
    ours,
    receivedAt: receivedAt ?? null,
    failingSince: failingSince ?? null,
    state: neighbourState(name, { ...facts, cut: new Set(facts.cuts.keys()) }),
    homeserver: member === undefined ? null : { id: toPublicId("hs", member.id), serverName: name },
    agencies: (member?.agencies ?? []).flatMap((id) => {
      const agency = facts.agencies.get(id);
      return agency === undefined ? [] : [agencyRef(agency)];
    }),
    cut:
      cut === undefined
        ? null
        : {
            by: { id: toPublicId("per", cut.person), name: facts.people.get(cut.person) ?? null },
            reason: cut.reason,
            at: cut.at,
          },
  };
};

const viewOf = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<SurroundingsView> => {
  const told = await readSurroundings(tx, server.id);
  const facts = await factsOf(tx, server.id, told);
  const own = await getAgencies(
    tx,
    server.agencies.filter((agency) => hasRole(actor, agency, "administrator", "approver")),
  );
  const neighbours = (told?.neighbours ?? []).toSorted(([, a], [, b]) => b.rooms - a.rooms || b.ours - a.ours);
  return {
    askedAt: told?.askedAt ?? null,
    at: told?.at ?? null,
    code: told?.code ?? null,
    more: told?.cut ?? false,
    neighbours: neighbours.map((one) => neighbourView(one, facts)),
    cutting: cuttingOf(neighbours, facts.listed),
    list: [...facts.listed].toSorted(),
    mayCut: mayCut(actor, server),
    mayAsk: own.map(agencyRef),
  };
};

/** With whom a homeserver shares rooms and traffic today, and what enforcing would cut: for its own agencies alone. */
export const readNeighbours = (actor: Actor, { id }: One): Promise<Result<SurroundingsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    if (!served(actor, server)) return err(refusal("not_permitted"));
    return ok(await viewOf(tx, actor, server));
  });

/** Records that the traffic with one server may end: a person of the server's own agency, with their reason. */
export const sayCut = (
  actor: Actor,
  { id, serverName, reason }: SayCut & One,
): Promise<Result<SurroundingsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const subject = toPublicId("hs", id);
    if (!mayCut(actor, server)) return refuse(tx, actor, refusal("not_permitted"), subject);
    await addCut(tx, { homeserver: id, serverName, person: actor.person, reason, at: systemClock.now() });
    const details = { server: serverName, reason };
    await appendAudit(tx, { kind: "homeserver.cut_meant", subject, agencyIds: server.agencies, details });
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version });
    return ok(await viewOf(tx, actor, server));
  });

const NOTHING_SHARED: ExposureRecord = { rooms: 0, ours: 0, theirs: 0, third: {} };

/** Who else sits in the rooms that the reader's own servers share with the other side of an agreement. */
export const readExposure = (
  actor: Actor,
  { id }: { readonly id: AgreementId },
): Promise<Result<ExposureView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    if (record.latest === undefined) return err(refusal("not_a_party"));
    const named = await getHomeservers(
      tx,
      record.latest.servers.map(({ id: server }) => server),
    );
    const sideOf = new Map(record.latest.servers.map(({ id: server, side }) => [server, side]));
    const servers: ExposureView["servers"][number][] = [];
    for (const own of named.filter((server) => served(actor, server))) {
      const told = await readSurroundings(tx, own.id);
      if (told?.at === undefined) continue;
      const { at, exposure, neighbours } = told;
      const listed = await listedBy(tx, own.id);
      const others = named.filter((server) => sideOf.get(server.id) !== sideOf.get(own.id));
      for (const partner of others) {
        const shares = told.cut || neighbours.some(([name]) => name === partner.serverName);
        // A whole answer that does not name the partner says that nothing is shared.
        const seen = exposure[partner.serverName] ?? (shares ? undefined : NOTHING_SHARED);
        if (seen === undefined) continue;
        const { third, ...counts } = seen;
        servers.push({
          own: { id: toPublicId("hs", own.id), serverName: own.serverName },
          partner: { id: toPublicId("hs", partner.id), serverName: partner.serverName },
          at,
          ...counts,
          third: Object.entries(third)
            .map(([serverName, one]) => ({
              serverName,
              ...one,
              agreed: [...listed].some((name) => name === serverName),
            }))
            .toSorted((a, b) => b.rooms - a.rooms || b.people - a.people),
        });
      }
    }
    return ok({ servers });
  });
