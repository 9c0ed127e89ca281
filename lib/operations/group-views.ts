import type { GroupMemberView, GroupPairView, GroupSummary, GroupView } from "#lib/contracts/groups.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { type GroupRecord, groupFactsOf, type MemberRecord } from "#lib/data/groups.ts";
import { namesOf } from "#lib/data/people.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator } from "#lib/domain/access.ts";
import {
  awaitedFor,
  decideGroup,
  effectiveCeiling,
  foldGroup,
  GROUP_MOVES,
  type GroupFacts,
  type GroupMove,
  type GroupState,
  pairKey,
  pairsOfGroup,
} from "#lib/domain/group.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { roomAcl } from "#lib/domain/room.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { mayActInGroup, mayPropose } from "./group-rules.ts";
import { agencyRef, personRef } from "./people-views.ts";
import { contentView } from "./terms-view.ts";

type Scene = {
  readonly group: GroupRecord;
  readonly facts: GroupFacts;
  readonly state: GroupState;
  readonly agencies: readonly AgencyRecord[];
  readonly names: ReadonlyMap<string, string>;
  readonly now: Instant;
};

const refIn = ({ agencies }: Scene, id: AgencyId) => {
  const agency = agencies.find((each) => each.id === id);
  return agency === undefined
    ? { id: toPublicId("agy", id), name: { sv: "–", en: "–" }, identifier: "–" }
    : agencyRef(agency);
};

export const groupSummary = (group: GroupRecord): GroupSummary => {
  const { id, kind, name, terms, members, createdAt, version } = group;
  const state = foldGroup(groupFactsOf(group), group.acts);
  const expired = terms.end !== undefined && terms.end <= systemClock.now();
  return {
    id: toPublicId("grp", id),
    kind,
    name,
    purpose: terms.purpose,
    state: state.ended ? "ended" : expired ? "expired" : "open",
    start: terms.start ?? null,
    end: terms.end ?? null,
    members: members.length,
    consented: [...state.members.values()].filter(({ stage }) => stage === "consented").length,
    ceiling: effectiveCeiling(terms.content?.ceiling, state) ?? null,
    createdAt,
    version,
  };
};

const memberView = (scene: Scene, member: MemberRecord): GroupMemberView => {
  const { facts, state, names } = scene;
  const known = state.members.get(member.agency);
  return {
    agency: refIn(scene, member.agency),
    servers: [...member.servers],
    stage: known?.stage ?? "invited",
    approversRequired: member.approversRequired,
    requestedBy: known?.requestedBy === undefined ? null : personRef(known.requestedBy, names),
    consents: (known?.consents ?? []).map(({ person, at, diarienummer }) => ({
      person: personRef(person, names),
      at,
      diarienummer: diarienummer ?? null,
    })),
    ceiling: known?.ceiling ?? null,
    digest: member.digest,
    newcomer: member.newcomer,
    since: member.since,
    entersAt: member.entersAt ?? null,
    awaits: awaitedFor(facts, state, member).map((id) => refIn(scene, id)),
  };
};

const pairViews = (actor: Actor, scene: Scene): GroupPairView[] => {
  const mine = agenciesOf(actor);
  const known = new Map(scene.group.pairs.map((pair) => [pairKey(pair.a, pair.b), pair.agreement]));
  return pairsOfGroup(scene.facts, scene.state, scene.now).flatMap(({ a, b, state, silent }) => {
    const own = [a, b].find(({ agency }) => mine.includes(agency));
    if (own === undefined) return [];
    const agreement = known.get(pairKey(a.agency, b.agency));
    return [
      {
        own: refIn(scene, own.agency),
        other: refIn(scene, own === a ? b.agency : a.agency),
        state,
        agreement: agreement === undefined ? null : toPublicId("agr", agreement),
        silent: silent === undefined ? null : refIn(scene, silent),
      },
    ];
  });
};

const allowedAs = (actor: Actor, scene: Scene, agency: AgencyId | undefined): GroupView["allowed"] => {
  const { group, facts, state, now } = scene;
  const own = group.members.find((member) => member.agency === agency);
  const may = (move: GroupMove, about?: MemberRecord): boolean =>
    mayActInGroup(actor, group, move, agency) &&
    decideGroup(facts, state, {
      move,
      agency,
      about: about?.agency,
      person: actor.person,
      digest: (about ?? own)?.digest ?? group.digest,
      reason: "?",
      at: now,
    }).ok;
  const others = (move: GroupMove) =>
    group.members.filter((member) => may(move, member)).map((member) => refIn(scene, member.agency));
  const moves = GROUP_MOVES.filter((move) => move !== "admit" && move !== "except" && may(move));
  const [admit, except] = agency === undefined ? [[], []] : [others("admit"), others("except")];
  const live = !state.ended && (facts.end === undefined || now < facts.end);
  const propose = live && mayPropose(actor, state, agency);
  if (moves.length === 0 && admit.length === 0 && except.length === 0 && !propose) return [];
  return [{ as: agency === undefined ? null : refIn(scene, agency), moves, admit, except, propose }];
};

const sceneOf = async (tx: Tx, group: GroupRecord): Promise<Scene> => {
  const people = [group.createdBy, ...group.acts.map(({ person }) => person)];
  const ids = group.members.map(({ agency }) => agency);
  const maker = group.maker === undefined ? [] : [group.maker];
  const facts = groupFactsOf(group);
  return {
    group,
    facts,
    state: foldGroup(facts, group.acts),
    agencies: await getAgencies(tx, [...new Set([...ids, ...maker])]),
    names: await namesOf(tx, [...new Set(people)]),
    now: systemClock.now(),
  };
};

const actViews = (scene: Scene): GroupView["acts"] =>
  scene.group.acts.map(({ kind, agency, about, person, at, reason }) => ({
    kind,
    agency: agency === undefined ? null : refIn(scene, agency),
    about: about === undefined ? null : refIn(scene, about),
    person: personRef(person, scene.names),
    at,
    reason: reason ?? null,
  }));

/** A group as a member or a coordinator reads it; pairs are the reader's own. */
export const groupView = async (tx: Tx, actor: Actor, group: GroupRecord): Promise<GroupView> => {
  const scene = await sceneOf(tx, group);
  const { terms, digest, maker } = group;
  const pairs = pairsOfGroup(scene.facts, scene.state, scene.now);
  const mine = group.members.filter(({ agency }) => hasRole(actor, agency, "administrator", "approver"));
  const taking = group.members.filter(({ agency }) => scene.state.members.get(agency)?.stage === "consented");
  const roles = [...mine.map(({ agency }) => agency), ...(isCoordinator(actor) ? [undefined] : [])];
  return {
    ...groupSummary(group),
    members: group.members.map((member) => memberView(scene, member)),
    legalBasis: terms.legalBasis ?? null,
    joining: terms.joining,
    objectionMs: terms.objectionMs ?? null,
    content: terms.content === undefined ? null : contentView(terms.content),
    digest,
    maker: maker === undefined ? null : refIn(scene, maker),
    createdBy: personRef(group.createdBy, scene.names),
    pairs: pairViews(actor, scene),
    doors: { open: pairs.filter(({ state }) => state === "open").length, of: pairs.length },
    acts: actViews(scene),
    allowed: roles.flatMap((agency) => allowedAs(actor, scene, agency)),
    roomAcl: roomAcl(taking.flatMap(({ servers }) => servers)),
  };
};
