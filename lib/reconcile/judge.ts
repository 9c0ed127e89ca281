import type { Effective, Observed } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import type { NewEvidence } from "#lib/data/evidence.ts";
import type { Picture } from "#lib/data/reconcile.ts";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import { type Instant, SECOND } from "#lib/domain/instant.ts";
import type { Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { StationState, Status } from "#lib/domain/statuses.ts";
import type { ProbeResult, ProbeRound } from "#lib/matrix/probe.ts";
import type { Desire } from "./desire.ts";
import { allowedNow, evidenceOf, type Lane } from "./lanes.ts";

/** Where the list stands that a round is about. */
export type Position = { readonly epoch: number; readonly version: number; readonly digest: string };

/** What one look at a server showed. */
export type Look = {
  readonly at: Instant;
  readonly observed: Result<Observed, ConnectorFault>;
  readonly probes: ProbeRound;
};

export type Judgement = {
  readonly evidence: readonly NewEvidence[];
  /** Names let in that the list does not name. */
  readonly extra: readonly ServerName[];
  /** Names to be let in that are not, and that are sent again. */
  readonly missing: readonly ServerName[];
  /** Names that the server itself shut. */
  readonly shutLocally: readonly ServerName[];
  /** Those of them that the operator's own file denies, as the server reports. */
  readonly denied: readonly ServerName[];
  /** Whether the names let in could be compared with the list. */
  readonly compared: boolean;
  /** Whether the server states that it holds exactly this list. */
  readonly holdsList: boolean;
  /** Whether everything looked at is as desired. */
  readonly settled: boolean;
  readonly open: boolean;
};

export type Scene = {
  readonly picture: Picture;
  readonly desire: Desire;
  readonly lanes: readonly Lane[];
  readonly position: Position;
  /** Whether this round or an earlier one has written to the server without having read it back since. */
  readonly unfinished: boolean;
  /** Whether the vendor holds bare names: unless it states a position all the same, the names themselves are compared. */
  readonly bareNames: boolean;
};

/** A process last heard of longer ago than its lease and this is gone, and shut by its lease if not (ms). */
const LEASE_MARGIN = 10 * SECOND;

const isAtLeast = (seen: { epoch: number; version: number }, than: Position): boolean =>
  seen.epoch > than.epoch || (seen.epoch === than.epoch && seen.version >= than.version);

/** Whether a process obeys this list or a later one; one that says no position is judged by its names. */
const isCurrent = ({ epoch, version }: Effective, position: Position): boolean =>
  epoch === undefined || version === undefined || isAtLeast({ epoch, version }, position);

/** The processes that still count: alive, or dead for less than the lease that would have shut them. */
export const livingInstances = ({ effective, receipt }: Observed): readonly Effective[] => {
  if (receipt === undefined) return effective;
  const oldest = receipt.clock - receipt.leaseMs - LEASE_MARGIN;
  return effective.filter(({ seenAt }) => receipt.leaseMs === 0 || seenAt >= oldest);
};

const lets = (policy: Policy | Unknown, name: ServerName): boolean | undefined => {
  if (policy.mode === "unknown") return undefined;
  return policy.mode === "open" || policy.allow.has(name);
};

const storedState = (scene: Scene, observed: Observed, lane: Lane, holdsList: boolean): StationState => {
  const listed = scene.desire.allow.some(({ server }) => server === lane.partner.name);
  // A server that does not spell out its store has signed for the digest of what it stored: the names are ours to read.
  const seen = lets(observed.stored, lane.partner.name) ?? (holdsList ? listed : undefined);
  if (seen === undefined) return "unknown";
  if (seen === (lane.desired === "open")) return "reached";
  return holdsList || observed.stored.mode === "open" ? "failed" : "not_yet";
};

const effectiveState = (instances: readonly Effective[], lane: Lane, position: Position): StationState => {
  if (instances.length === 0) return "unknown";
  const states = instances.map((instance): StationState => {
    const seen = lets(instance.policy, lane.partner.name);
    // A cache may still hold something else.
    if (seen === undefined && instance.version === undefined) return "not_yet";
    const current = isCurrent(instance, position);
    // What a process is not asked about itself is known by the list that it says it obeys.
    if (seen === undefined) return current ? "reached" : "not_yet";
    if (seen === (lane.desired === "open")) return current ? "reached" : "not_yet";
    return current ? "failed" : "not_yet";
  });
  const told = instances.some(({ policy }) => policy.mode !== "unknown");
  if (!told && states.every((state) => state === "reached")) return "unknown";
  return states.find((state) => state === "failed") ?? states.find((state) => state === "not_yet") ?? "reached";
};

/**
 * What a probe shows about one lane. Being let in proves a listing only where a stranger was refused in the same round;
 * a refusal proves itself.
 */
export const observedState = (
  desired: Lane["desired"],
  result: ProbeResult | undefined,
  gate: ProbeRound["gate"],
): StationState => {
  if (result === undefined || result.verdict === "unknown") return "unknown";
  if (desired === "shut") return result.verdict === "not_listed" ? "reached" : "not_yet";
  if (result.verdict === "not_listed") return "not_yet";
  return gate === "shut_to_strangers" ? "reached" : "unknown";
};

/** What of a probe is kept as evidence. */
export const probeDetail = (result: ProbeResult | undefined, gate: ProbeRound["gate"]) => ({
  gate,
  verdict: result?.verdict ?? "unknown",
  ...(result?.status === undefined ? {} : { status: result.status }),
  ...(result?.errcode === undefined ? {} : { errcode: result.errcode }),
  ...(result?.failure === undefined ? {} : { failure: result.failure.code }),
  ...(result === undefined ? {} : { ms: result.ms }),
});

const instanceView = ({ name, epoch, version, seenAt, policy }: Effective) =>
  version === undefined ? { name, seenAt, obeys: policy.mode } : { name, epoch, version, seenAt };

type Names = Pick<Judgement, "extra" | "missing" | "shutLocally" | "denied" | "compared">;

const NOTHING: Names = { extra: [], missing: [], shutLocally: [], denied: [], compared: false };

/** The lists to compare with: what the living processes obey, or, of a vendor that holds bare names, what it stores. */
const policiesOf = ({ position, bareNames }: Scene, observed: Observed): readonly ReadonlySet<ServerName>[] => {
  const obeyed = livingInstances(observed).filter((instance) => isCurrent(instance, position));
  const policies =
    bareNames && observed.position === undefined ? [observed.stored] : obeyed.map(({ policy }) => policy);
  return policies.flatMap((policy) => (policy.mode === "closed" ? [policy.allow] : []));
};

const compareNames = (scene: Scene, observed: Observed, now: Instant): Names => {
  const { picture, desire, unfinished } = scene;
  const policies = policiesOf(scene, observed);
  if (policies.length === 0) return NOTHING;
  const allowed = allowedNow(desire.allow, now);
  const extra = new Set(policies.flatMap((names) => [...names].filter((name) => !allowed.has(name))));
  extra.delete(picture.server.name);
  const absent = [...allowed].filter((name) => policies.some((names) => !names.has(name)));
  const denied = new Set(observed.receipt?.localDeny ?? []);
  const idOf = new Map(picture.partners.map(({ name, id }) => [name, id]));
  const wasSeen = (name: ServerName): boolean => {
    const id = idOf.get(name);
    const row = id === undefined ? undefined : evidenceOf(picture, id, picture.server.id, "effective");
    return row?.state === "reached" && row.detail.desired === "open";
  };
  const shut = (name: ServerName): boolean => denied.has(name) || (!unfinished && wasSeen(name));
  return {
    extra: [...extra].toSorted(),
    missing: absent.filter((name) => !shut(name)),
    shutLocally: absent.filter(shut),
    denied: absent.filter((name) => denied.has(name)),
    compared: true,
  };
};

const laneEvidence = (scene: Scene, look: Look, lane: Lane, compared: Compared): NewEvidence[] => {
  const { names, holdsList, caughtUp } = compared;
  const { picture, position, desire } = scene;
  const { partner, desired } = lane;
  const row = (station: NewEvidence["station"], state: StationState, detail: object): NewEvidence => ({
    from: partner.id,
    to: picture.server.id,
    station,
    state,
    version: position.version,
    detail: { desired, ...detail },
    at: look.at,
  });
  const result = look.probes.results.find(({ origin }) => origin === partner.name);
  const probed = observedState(desired, result, look.probes.gate);
  const { effectiveAt = 0 } = look.observed.ok && !caughtUp ? look.observed.value : {};
  // One process may obey already while the cache of another still holds the list before.
  const state = probed === "reached" && effectiveAt > look.at ? "not_yet" : probed;
  const rows = [row("observed", state, probeDetail(result, look.probes.gate))];
  if (!look.observed.ok) return rows;
  const observed = look.observed.value;
  const instances = livingInstances(observed);
  const localDeny = observed.receipt?.localDeny.includes(partner.name) === true;
  const shut = desired === "open" && (names.shutLocally.includes(partner.name) || desire.shutLocally.has(partner.name));
  const told = effectiveState(instances, lane, position);
  const stored = storedState(scene, observed, lane, holdsList);
  const remembered = scene.bareNames && caughtUp && told === "not_yet" && stored === "reached";
  const effective = shut ? "failed" : remembered ? "reached" : told;
  const mark = shut ? { shutLocally: true, ...(localDeny ? { localDeny: true } : {}) } : {};
  rows.push(
    row("stored", stored, { ...(observed.position ?? {}) }),
    row("effective", effective, { instances: instances.map(instanceView), ...mark }),
  );
  return rows;
};

/** Whether this very list was seen in force before: a worker that begins anew has forgotten since when, the record has not. */
const wasInForce = ({ picture, position }: Scene): boolean =>
  isAtLeast(picture.head, position) && (picture.head.status === "in_force" || picture.head.status === "shut");

type Compared = { readonly names: Names; readonly holdsList: boolean; readonly caughtUp: boolean };

const compare = (scene: Scene, observed: Observed, now: Instant): Compared => {
  const { position, bareNames, picture, unfinished } = scene;
  const instances = livingInstances(observed);
  if (!bareNames || observed.position !== undefined) {
    const holdsList = observed.position?.digest === position.digest && isAtLeast(observed.position, position);
    const names = holdsList ? compareNames(scene, observed, now) : NOTHING;
    return { names, holdsList, caughtUp: instances.every((each) => isCurrent(each, position)) };
  }
  // Where the agency only observes, nothing is written, and so there is nothing to hold.
  if (picture.server.mode === "observe") return { names: NOTHING, holdsList: true, caughtUp: true };
  const names = compareNames(scene, observed, now);
  const holdsList = observed.stored.mode === "closed" && names.extra.length === 0 && names.missing.length === 0;
  const known = instances.every(({ policy }) => policy.mode !== "unknown");
  return { names, holdsList, caughtUp: known || (holdsList && !unfinished && wasInForce(scene)) };
};

const NOT_SEEN: Compared = { names: NOTHING, holdsList: false, caughtUp: false };

/** Reads one look against what was desired: evidence lane by lane, and what is too many, missing, or shut at the server. */
export const judge = (scene: Scene, look: Look): Judgement => {
  const observed = look.observed.ok ? look.observed.value : undefined;
  const compared = observed === undefined ? NOT_SEEN : compare(scene, observed, look.at);
  const { names, holdsList, caughtUp } = compared;
  const evidence = scene.lanes.flatMap((lane) => laneEvidence(scene, look, lane, compared));
  return {
    evidence,
    ...names,
    holdsList,
    settled: holdsList && caughtUp && names.extra.length === 0 && evidence.every(({ state }) => state === "reached"),
    open: look.probes.gate === "open" || observed?.alarms.includes("open") === true,
  };
};

/** Names on no list that a server let in because they end as a listed one; nothing where it lets everybody in. */
export const suffixMatched = ({ gate, lookAlikes }: ProbeRound): readonly ServerName[] =>
  gate === "shut_to_strangers"
    ? lookAlikes.filter(({ verdict }) => verdict === "listed_or_open").map(({ origin }) => origin)
    : [];

/** The server's one word, gravest first. */
export const statusOf = (scene: Scene, look: Look, judgement: Judgement): { status: Status; code: string } => {
  const { picture, desire } = scene;
  const enforcing = picture.server.mode === "enforce";
  const observed = look.observed;
  if (judgement.open && enforcing) return { status: "open_alarm", code: "open" };
  if (desire.held !== undefined) return { status: "held", code: desire.held.why };
  if (!observed.ok) {
    const { kind, code } = observed.error;
    return { status: kind === "away" ? "unreachable" : "differs", code };
  }
  const agreed = new Set(desire.wanted.map(({ server }) => server));
  if (suffixMatched(look.probes).some((name) => !agreed.has(name))) return { status: "differs", code: "suffix_match" };
  const alarm = observed.value.alarms.find((each) => each !== "open" && each !== "superseded");
  if (alarm !== undefined) return { status: "differs", code: alarm };
  if (judgement.shutLocally.length > 0 || desire.shutLocally.size > 0)
    return { status: "shut_locally", code: "shut_locally" };
  if (observed.value.receipt?.stale === true) return { status: "stale", code: "expired" };
  if (!enforcing) return { status: "observe_only", code: "observe" };
  if (judgement.extra.length > 0) return { status: "differs", code: "names_too_many" };
  if (judgement.evidence.some(({ state }) => state === "failed")) return { status: "differs", code: "not_as_desired" };
  if (!judgement.settled)
    return { status: observed.value.awaitsRestart === true ? "awaiting_restart" : "on_its_way", code: "" };
  return { status: desire.allow.length === 0 ? "shut" : "in_force", code: "" };
};
