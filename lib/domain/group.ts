import type { JsonObject } from "./canonical.ts";
import { effectiveLevel, type Level } from "./classification.ts";
import type { AgencyId, PersonId } from "./ids.ts";
import { DAY, type Instant } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";
import type { ServerName } from "./server-name.ts";
import { type Content, contentDocument } from "./terms.ts";

/** `circle`: a basic agreement that many enter once. `task_force`: some agencies, one task, an end. */
export const GROUP_KINDS = ["circle", "task_force"] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

/** How a newcomer enters: by silence, once the objection time has passed, or by the consent of every member. */
export const JOININGS = ["silence", "all"] as const;
export type Joining = (typeof JOININGS)[number];

export const LEAST_OBJECTION = 7 * DAY;
export const MOST_OBJECTION = 90 * DAY;
export const MOST_MEMBERS = 200;

/** An agency as the terms name it: by identifier, with its own servers. */
export type NamedMember = { readonly agency: string; readonly servers: readonly ServerName[] };

/** What every member consents to: frozen when drafted. */
export type GroupTerms = {
  readonly kind: GroupKind;
  readonly name: string;
  readonly purpose: string;
  readonly legalBasis?: string | undefined;
  readonly members: readonly NamedMember[];
  readonly joining: Joining;
  /** How long members may except themselves before a newcomer enters by silence, in milliseconds. */
  readonly objectionMs?: number | undefined;
  readonly start?: Instant | undefined;
  readonly end?: Instant | undefined;
  readonly content?: Content | undefined;
};

const membersDocument = (members: readonly NamedMember[]) =>
  members.map(({ agency, servers }) => ({ agency, servers: [...servers] }));

/** The canonical document whose digest the founding members consent to. */
export const groupDocument = (federation: string, group: string, terms: GroupTerms): JsonObject => ({
  type: "tillit.group.v1",
  federation,
  group,
  kind: terms.kind,
  name: terms.name,
  purpose: terms.purpose,
  members: membersDocument(terms.members),
  joining: terms.joining,
  ...(terms.legalBasis === undefined ? {} : { legal_basis: terms.legalBasis }),
  ...(terms.objectionMs === undefined ? {} : { objection_ms: terms.objectionMs }),
  ...(terms.start === undefined ? {} : { start: terms.start }),
  ...(terms.end === undefined ? {} : { end: terms.end }),
  ...(terms.content === undefined ? {} : { content: contentDocument(terms.content) }),
});

/** What a newcomer consents to: the group's terms by digest, with whom, and from when. */
export type Entry = {
  readonly group: string;
  /** Of the group's own document. */
  readonly digest: string;
  readonly member: NamedMember;
  /** Who takes part when the newcomer is proposed, by identifier. */
  readonly members: readonly string[];
  readonly entersAt?: Instant | undefined;
};

/** The canonical document whose digest a newcomer consents to. */
export const entryDocument = (federation: string, entry: Entry): JsonObject => ({
  type: "tillit.group_entry.v1",
  federation,
  group: entry.group,
  digest: entry.digest,
  member: { agency: entry.member.agency, servers: [...entry.member.servers] },
  members: [...entry.members],
  ...(entry.entersAt === undefined ? {} : { enters_at: entry.entersAt }),
});

/** What a person may do to a group. `request` brings it to one's own approver; `except` shuts one pair for good. */
export const GROUP_MOVES = ["request", "consent", "decline", "admit", "except", "leave", "end"] as const;
export type GroupMove = (typeof GROUP_MOVES)[number];
export type GroupActKind = GroupMove | "propose";

/** One recorded act. Append-only: what a group has come to is what its acts add up to. */
export type GroupAct = {
  readonly kind: GroupActKind;
  /** Absent where a coordinator acted. */
  readonly agency?: AgencyId | undefined;
  /** The newcomer that is proposed or admitted, or the member excepted. */
  readonly about?: AgencyId | undefined;
  readonly person: PersonId;
  readonly digest: string;
  /** The highest level that this member brings to a task force. */
  readonly ceiling?: Level | undefined;
  readonly diarienummer?: string | undefined;
  readonly reason?: string | undefined;
  readonly at: Instant;
};

export type GroupMember = {
  readonly agency: AgencyId;
  readonly approversRequired: 1 | 2;
  /** Of what this member consents to: the group's terms, or a newcomer's entry. */
  readonly digest: string;
  readonly since: Instant;
  readonly newcomer: boolean;
  readonly entersAt?: Instant | undefined;
};

export type GroupFacts = {
  readonly kind: GroupKind;
  readonly joining: Joining;
  readonly members: readonly GroupMember[];
  readonly end?: Instant | undefined;
};

export const MEMBER_STAGES = ["invited", "requested", "consented", "declined", "left"] as const;
export type MemberStage = (typeof MEMBER_STAGES)[number];

export type MemberState = {
  readonly stage: MemberStage;
  readonly requestedBy: PersonId | undefined;
  readonly consents: readonly GroupAct[];
  /** Consents of other members to this newcomer. */
  readonly admissions: readonly GroupAct[];
  readonly ceiling: Level | undefined;
};

export type GroupState = {
  readonly members: ReadonlyMap<AgencyId, MemberState>;
  /** The first exception of each pair, by {@link pairKey}. */
  readonly exceptions: ReadonlyMap<string, GroupAct>;
  /** Who has said that the group is to end; it ends by the word of two. */
  readonly endings: readonly GroupAct[];
  readonly ended: boolean;
};

/** The same for both orders of the two. */
export const pairKey = (a: AgencyId, b: AgencyId): string => [a, b].toSorted().join(":");

const ENDS_BY = 2;
const people = (acts: readonly GroupAct[]): number => new Set(acts.map(({ person }) => person)).size;

const BLANK: MemberState = {
  stage: "invited",
  requestedBy: undefined,
  consents: [],
  admissions: [],
  ceiling: undefined,
};

const lowest = (levels: readonly (Level | undefined)[]): Level | undefined =>
  effectiveLevel(levels.filter((level) => level !== undefined));

const ofMember = ({ approversRequired, digest }: GroupMember, state: MemberState, act: GroupAct): MemberState => {
  if (act.digest !== digest && act.kind !== "leave") return state;
  switch (act.kind) {
    case "request":
      return { ...state, stage: "requested", requestedBy: act.person };
    case "consent": {
      const consents = [...state.consents, act];
      const stage = people(consents) >= approversRequired ? "consented" : state.stage;
      return { ...state, stage, consents, ceiling: lowest([state.ceiling, act.ceiling]) };
    }
    case "decline":
      return { ...state, stage: "declined" };
    case "leave":
      return { ...state, stage: "left" };
    default:
      return state;
  }
};

const applied = (facts: GroupFacts, state: GroupState, act: GroupAct): GroupState => {
  const { kind, agency, about } = act;
  if (kind === "end") {
    const endings = [...state.endings, act];
    return { ...state, endings, ended: people(endings) >= ENDS_BY };
  }
  if (agency === undefined) return state;
  if (kind === "except" && about !== undefined) {
    const key = pairKey(agency, about);
    return state.exceptions.has(key) ? state : { ...state, exceptions: new Map([...state.exceptions, [key, act]]) };
  }
  const whose = kind === "admit" ? about : agency;
  const member = facts.members.find((each) => each.agency === whose);
  const before = whose === undefined ? undefined : state.members.get(whose);
  if (member === undefined || whose === undefined || before === undefined) return state;
  if (kind === "admit" && act.digest !== member.digest) return state;
  const after =
    kind === "admit" ? { ...before, admissions: [...before.admissions, act] } : ofMember(member, before, act);
  return { ...state, members: new Map([...state.members, [whose, after]]) };
};

/** What the acts add up to, in the order they were recorded. Nothing follows the end. */
export const foldGroup = (facts: GroupFacts, acts: readonly GroupAct[]): GroupState =>
  acts.reduce<GroupState>((state, act) => (state.ended ? state : applied(facts, state, act)), {
    members: new Map(facts.members.map(({ agency }) => [agency, BLANK])),
    exceptions: new Map(),
    endings: [],
    ended: false,
  });

const consented = (state: GroupState, agency: AgencyId): boolean => state.members.get(agency)?.stage === "consented";

const admittedBy = (state: GroupState, newcomer: AgencyId, { agency, approversRequired }: GroupMember): boolean =>
  people((state.members.get(newcomer)?.admissions ?? []).filter((act) => act.agency === agency)) >= approversRequired;

/** Members whose consent to the newcomer is awaited: those who took part when it was proposed, and still do. */
export const awaitedFor = (facts: GroupFacts, state: GroupState, newcomer: GroupMember): readonly AgencyId[] =>
  facts.joining === "silence" || !newcomer.newcomer
    ? []
    : facts.members
        .filter(({ agency, since }) => agency !== newcomer.agency && since < newcomer.since)
        .filter((member) => consented(state, member.agency) && !admittedBy(state, newcomer.agency, member))
        .map(({ agency }) => agency);

export const PAIR_STATES = [
  "open",
  "consent_awaited",
  "objection_time",
  "admission_awaited",
  "excepted",
  "left",
  "ended",
  "expired",
] as const;
export type PairState = (typeof PAIR_STATES)[number];

/**
 * Whether the group is a reason for these two to talk now, and if not, why. It is one exactly while both have
 * consented, each newcomer of them has entered, neither has excepted itself from the other, and the group lives.
 */
export const pairState = (
  facts: GroupFacts,
  state: GroupState,
  [a, b]: readonly [GroupMember, GroupMember],
  now: Instant,
): PairState => {
  if (state.ended) return "ended";
  if (facts.end !== undefined && facts.end <= now) return "expired";
  const stages = [a, b].map(({ agency }) => state.members.get(agency)?.stage);
  if (stages.some((stage) => stage === "left" || stage === "declined")) return "left";
  if (state.exceptions.has(pairKey(a.agency, b.agency))) return "excepted";
  if (stages.some((stage) => stage !== "consented")) return "consent_awaited";
  if ([a, b].some(({ entersAt }) => entersAt !== undefined && now < entersAt)) return "objection_time";
  return [a, b].some((member) => awaitedFor(facts, state, member).length > 0) ? "admission_awaited" : "open";
};

export type GroupPair = {
  readonly a: GroupMember;
  readonly b: GroupMember;
  readonly state: PairState;
  /** Who consents to the other by silence: it took part when the other was proposed, and did not except itself. */
  readonly silent: AgencyId | undefined;
};

const silentIn = ({ joining }: GroupFacts, a: GroupMember, b: GroupMember): AgencyId | undefined => {
  if (joining !== "silence" || a.since === b.since) return undefined;
  return a.since < b.since ? a.agency : b.agency;
};

/** Every pair of members with what stands between them. */
export const pairsOfGroup = (facts: GroupFacts, state: GroupState, now: Instant): readonly GroupPair[] =>
  facts.members.flatMap((a, place) =>
    facts.members
      .slice(place + 1)
      .map((b) => ({ a, b, state: pairState(facts, state, [a, b], now), silent: silentIn(facts, a, b) })),
  );

/** The level that all may speak at: the lowest that anyone brings, at most what the terms allow. */
export const effectiveCeiling = (most: Level | undefined, state: GroupState): Level | undefined =>
  lowest([
    most,
    ...[...state.members.values()].filter(({ stage }) => stage === "consented").map((each) => each.ceiling),
  ]);

/** When the group next changes by itself; undefined where it does not. */
export const nextGroupTurn = ({ members }: GroupFacts, now: Instant): Instant | undefined =>
  members
    .flatMap(({ entersAt }) => (entersAt !== undefined && entersAt > now ? [entersAt] : []))
    .toSorted((a, b) => a - b)[0];

export type GroupAttempt = {
  readonly move: GroupMove;
  /** Undefined for a coordinator. */
  readonly agency?: AgencyId | undefined;
  readonly about?: AgencyId | undefined;
  readonly person: PersonId;
  readonly digest: string;
  readonly reason?: string | undefined;
  readonly at: Instant;
};

export type GroupRefusal =
  | "not_a_party"
  | "move_not_allowed"
  | "own_request"
  | "already_consented"
  | "terms_changed"
  | "reason_required"
  | "agreement_expired";

/** Acts that must say why. */
export const GROUP_NEEDS_REASON: ReadonlySet<GroupMove> = new Set<GroupMove>(["decline", "except", "leave", "end"]);

const consentRefusal = (state: GroupState, own: MemberState, { person }: GroupAttempt): GroupRefusal | undefined => {
  if (own.stage !== "requested") return "move_not_allowed";
  if (own.requestedBy === person) return "own_request";
  // One person consents once, whichever agency they act for: the two sides of a pair are never the same person.
  const spoken = [...state.members.values()].some(({ consents }) => consents.some((act) => act.person === person));
  return spoken ? "already_consented" : undefined;
};

const admitRefusal = (
  facts: GroupFacts,
  state: GroupState,
  { agency, about, person, digest }: GroupAttempt,
): GroupRefusal | undefined => {
  const newcomer = facts.members.find((each) => each.agency === about);
  if (newcomer === undefined || agency === undefined) return "move_not_allowed";
  if (digest !== newcomer.digest) return "terms_changed";
  if (!awaitedFor(facts, state, newcomer).includes(agency)) return "move_not_allowed";
  const spoken = state.members.get(newcomer.agency)?.admissions.some((act) => act.person === person) ?? false;
  return spoken ? "already_consented" : undefined;
};

const memberRefusal = (
  facts: GroupFacts,
  state: GroupState,
  attempt: GroupAttempt,
  member: GroupMember,
): GroupRefusal | undefined => {
  const own = state.members.get(member.agency) ?? BLANK;
  const { move, about, digest } = attempt;
  const bound = move === "request" || move === "consent";
  if (bound && digest !== member.digest) return "terms_changed";
  switch (move) {
    case "request":
      return own.stage === "invited" ? undefined : "move_not_allowed";
    case "consent":
      return consentRefusal(state, own, attempt);
    case "decline":
      return own.stage === "invited" || own.stage === "requested" ? undefined : "move_not_allowed";
    case "admit":
      return admitRefusal(facts, state, attempt);
    case "leave":
      return own.stage === "consented" ? undefined : "move_not_allowed";
    default: {
      const other = about === undefined || about === member.agency ? undefined : state.members.get(about);
      const gone = [own.stage, other?.stage ?? "left"].some((stage) => stage === "left" || stage === "declined");
      const again = about !== undefined && state.exceptions.has(pairKey(member.agency, about));
      return other === undefined || gone || again ? "move_not_allowed" : undefined;
    }
  }
};

/**
 * Whether this move may be made now; that the person's role reaches for it is the caller's to know.
 *
 * @returns true, or the first refusal in the order in which a person can mend it
 */
export const decideGroup = (
  facts: GroupFacts,
  state: GroupState,
  attempt: GroupAttempt,
): Result<true, GroupRefusal> => {
  const { move, agency, person, at, reason } = attempt;
  if (state.ended) return err("move_not_allowed");
  if (facts.end !== undefined && facts.end <= at) return err("agreement_expired");
  if (GROUP_NEEDS_REASON.has(move) && (reason ?? "").trim() === "") return err("reason_required");
  if (move === "end") return state.endings.some((act) => act.person === person) ? err("already_consented") : ok(true);
  const member = facts.members.find((each) => each.agency === agency);
  if (member === undefined) return err("not_a_party");
  const refused = memberRefusal(facts, state, attempt, member);
  return refused === undefined ? ok(true) : err(refused);
};
