import type { Applied, Connector, Receipt } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import type { Standing } from "#lib/data/lists.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { nextTurn } from "#lib/domain/allow-list.ts";
import { fieldsNeeded } from "#lib/domain/enforcement.ts";
import { LIST_LIFE, WARN_AFTER } from "#lib/domain/freshness.ts";
import { type Instant, instant, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import type { Status } from "#lib/domain/statuses.ts";
import { withTrace } from "#lib/platform/log.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import { noteUse } from "./credentials.ts";
import { allowOf } from "./desire.ts";
import { needsLook } from "./discover.ts";
import { driftFindings, driftNews } from "./drift.ts";
import { type Judgement, judge, type Look, type Scene, statusOf } from "./judge.ts";
import { lanesOf } from "./lanes.ts";
import { faultOfThrown, type Looking, lookAt, lookBack } from "./look.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { type Finding, hasOutcome, record } from "./record.ts";
import { markResets, resetOpened, resetsDue } from "./reset.ts";

/** The steps of a round, in order: between any two of them a worker may die, and the next round ends the same. */
export const STEPS = ["prepared", "applied", "looked", "recorded", "reset"] as const;
export type Step = (typeof STEPS)[number];

export type RoundDeps = Omit<Looking, "signal"> & {
  readonly keys: SigningKeys;
  readonly random: () => number;
  /** Called between steps; a test throws here. */
  readonly between?: (step: Step) => void | Promise<void>;
};

export type RoundAsk = { readonly homeserver: string; readonly traceId: string; readonly signal: AbortSignal };

/** What a round came to; `next` is when this server wants to be looked at again, beside the sweep. */
export type RoundResult = {
  readonly status: Status | "gone";
  readonly next: Instant | undefined;
  readonly signed: Prepared["signed"];
  /** Documents sent in this round. */
  readonly sent: number;
  readonly failed: boolean;
  /** Whether it is time to look where the server is and who it says it is. */
  readonly lookDue: boolean;
  /** Whether a credential was given that is not yet tried. */
  readonly testDue: boolean;
};

const GONE: RoundResult = {
  status: "gone",
  next: undefined,
  signed: "nothing",
  sent: 0,
  failed: false,
  lookDue: false,
  testDue: false,
};
const FIRST_RETRY = SECOND;
const LONGEST_RETRY = 15 * MINUTE;
const MOST_LOOKS_MS = 3000;

/** When to try again after so many failures: doubling, with jitter so that servers that failed together part ways. */
export const backOff = (attempts: number, random: number): number =>
  Math.min(FIRST_RETRY * 2 ** Math.min(attempts, 20), LONGEST_RETRY) * (0.5 + random / 2);

type Round = {
  readonly deps: RoundDeps;
  readonly ask: RoundAsk;
  readonly looking: Looking;
  readonly connector: Connector;
  readonly prepared: Prepared;
  readonly scene: Scene;
};

type Seen = { readonly look: Look; readonly judgement: Judgement };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks until everything is as desired, or until the vendor's own time for it has passed. */
const lookUntilSettled = async (round: Round, scene: Scene, patient: boolean): Promise<Seen> => {
  const { looking, prepared, connector } = round;
  const until =
    performance.now() +
    (patient && connector.limits.takesEffect === "at_once"
      ? Math.min(connector.limits.effectWithin, MOST_LOOKS_MS)
      : 0);
  for (let wait = 15; ; wait = Math.min(wait * 2, 250)) {
    const look = await lookAt(looking, connector, prepared.picture, scene.lanes);
    const judgement = judge(scene, look);
    const hopeless = !look.observed.ok || prepared.picture.server.mode === "observe" || judgement.open;
    // What the server does not let us see will not change by looking again.
    const blind = judgement.evidence.some(({ state }) => state === "unknown");
    const over = performance.now() >= until || looking.signal.aborted;
    if (judgement.settled || hopeless || blind || over) return { look, judgement };
    await pause(wait);
  }
};

type Sent = { readonly receipts: readonly Receipt[]; readonly count: number; readonly fault?: ConnectorFault };
const NOTHING_SENT: Sent = { receipts: [], count: 0 };

const apply = async (round: Round): Promise<Sent> => {
  const { list, plan } = round.prepared;
  if (list === undefined) return NOTHING_SENT;
  const answer: Result<Applied, ConnectorFault> = await round.connector
    .apply({ list, plan }, round.ask.signal)
    .catch((thrown: unknown) => ({ ok: false as const, error: faultOfThrown(thrown) }));
  if (!answer.ok) return { receipts: [], count: 1, fault: answer.error };
  return { receipts: typeof answer.value === "string" ? [] : [answer.value], count: 1 };
};

const needsSending = ({ look, judgement }: Seen): boolean =>
  look.observed.ok && (!judgement.holdsList || judgement.extra.length > 0 || judgement.missing.length > 0);

type Done = {
  /** The first look, before anything that it shows was mended, and the last. */
  readonly first: Seen;
  readonly seen: Seen;
  readonly sent: Sent;
  /** Not sent, since the server had shut a name meanwhile: another list is to be signed first. */
  readonly outrun?: boolean;
};

/**
 * Before a list is written to a server whose store anyone there can edit: what it shut since it was last read. The list
 * about to be sent names it still, and would put it back. A server that cannot be read is written to all the same:
 * a door that is to be shut does not wait.
 */
const shutMeanwhile = async (round: Round): Promise<Seen | undefined> => {
  const { connector } = round;
  const { picture, desire } = round.prepared;
  if (!round.scene.bareNames || picture.head.confirmedAt === undefined) return undefined;
  const last = allowOf(picture.list) ?? [];
  const scene: Scene = {
    ...round.scene,
    desire: { ...desire, allow: last },
    position: picture.head,
    unfinished: false,
  };
  const look = await lookAt(round.looking, connector, picture, scene.lanes);
  const judgement = judge(scene, look);
  const wanted = new Set(desire.allow.map(({ server }) => server));
  return judgement.shutLocally.some((name) => wanted.has(name)) ? { look, judgement } : undefined;
};

const isDue = ({ prepared: { signed, picture }, scene: { bareNames } }: Round): boolean => {
  // A list of bare names is only watched where the agency only observes.
  if (bareNames && picture.server.mode === "observe") return false;
  // What verifies no signature knows no age: it has nothing to renew.
  return signed === "list" || picture.head.confirmedAt === undefined || (signed === "renewal" && !bareNames);
};

/** Sends what is to be sent, reads back, and mends once what the read-back shows: a name too many goes at once. */
const act = async (round: Round): Promise<Done> => {
  const { deps } = round;
  const due = isDue(round);
  const shut = due ? await shutMeanwhile(round) : undefined;
  if (shut !== undefined) return { first: shut, seen: shut, sent: NOTHING_SENT, outrun: true };
  const sent = due ? await apply(round) : NOTHING_SENT;
  await deps.between?.("applied");
  const scene = { ...round.scene, unfinished: due };
  const seen = await lookUntilSettled(round, scene, due && sent.fault === undefined);
  // What was taken off a list of bare names by hand is noted before anything is written over it.
  const overHand = scene.bareNames && seen.judgement.shutLocally.length > 0;
  const asked = due && round.connector.limits.takesEffect === "when_asked";
  if (!needsSending(seen) || overHand || asked || sent.fault !== undefined) return { first: seen, seen, sent };
  const again = await apply(round);
  const after = await lookUntilSettled(round, { ...scene, unfinished: true }, again.fault === undefined);
  const receipts = [...sent.receipts, ...again.receipts];
  return { first: seen, seen: after, sent: { ...again, receipts, count: sent.count + 1 } };
};

const CACHE_MARGIN = 250;

/** When a look will show more: once the vendor's cache has run out, or at once where a name was found shut by hand. */
const lookAgain = ({ scene, looking }: Round, { look, judgement }: Seen): Instant | undefined => {
  if (!look.observed.ok || !scene.bareNames) return undefined;
  if (judgement.shutLocally.length > 0) return looking.clock.now();
  const { effectiveAt } = look.observed.value;
  return effectiveAt === undefined ? undefined : instant(effectiveAt + CACHE_MARGIN);
};

/** Whether the list at an unreachable server grows old. Its age is counted from the last time one was sent there. */
const warningOf = (
  { prepared, scene }: Round,
  { seen }: Done,
  now: Instant,
): { readonly warning?: "stale_soon" | "stale" } => {
  const { pushedAt } = prepared.picture.head;
  // What verifies no signature knows no age: its list stands until another is written.
  if (seen.look.observed.ok || pushedAt === undefined || scene.bareNames) return {};
  const age = now - pushedAt;
  if (age >= LIST_LIFE) return { warning: "stale" };
  return age >= WARN_AFTER ? { warning: "stale_soon" } : {};
};

/** When the server last proved to hold the list of this round: kept over a look that failed, unless we wrote since. */
const confirmedAt = (round: Round, { seen, sent, outrun }: Done, now: Instant): Instant | undefined => {
  const { head } = round.prepared.picture;
  if (outrun === true) return undefined;
  if (seen.judgement.holdsList) return head.confirmedAt ?? now;
  return !seen.look.observed.ok && sent.count === 0 ? head.confirmedAt : undefined;
};

const standingOf = (round: Round, done: Done): Standing => {
  const { seen, sent } = done;
  const { picture } = round.prepared;
  const { head } = picture;
  const now = round.looking.clock.now();
  const { look, judgement } = seen;
  const fault = look.observed.ok ? sent.fault : look.observed.error;
  const judged = statusOf(round.scene, look, judgement);
  const refused = fault !== undefined && look.observed.ok && fault.kind !== "away";
  const status = refused && judged.status !== "open_alarm" && judged.status !== "held" ? "differs" : judged.status;
  const code = fault?.code ?? judged.code;
  const waiting = fault !== undefined || judged.status === "on_its_way";
  const lookAgainAt = fault === undefined ? lookAgain(round, seen) : undefined;
  const attempts = waiting && lookAgainAt === undefined ? head.attempts + 1 : 0;
  const same = head.status === status && head.statusDetail.code === code;
  return {
    status,
    statusDetail: {
      code,
      detail: fault?.detail.slice(0, 300) ?? "",
      since: same ? head.statusDetail.since : now,
      ...warningOf(round, done, now),
    },
    pushedAt: sent.count > 0 && sent.fault === undefined ? now : undefined,
    confirmedAt: confirmedAt(round, done, now),
    attempts,
    nextAttemptAt:
      lookAgainAt ?? (waiting ? instant(now + Math.round(backOff(head.attempts, round.deps.random()))) : undefined),
  };
};

const findingsOf = ({ prepared }: Round, { seen, sent }: Done, standing: Standing): readonly Finding[] => {
  const { head, server } = prepared.picture;
  const news: Finding[] = [];
  const { warning } = standing.statusDetail;
  if (warning !== undefined && warning !== head.statusDetail.warning)
    news.push({ kind: `list.${warning}`, details: { on_stale: server.onStale, last_sent: head.pushedAt ?? 0 } });
  if (standing.status === "open_alarm" && head.status !== "open_alarm")
    news.push({ kind: "alarm.open", details: { gate: seen.look.probes.gate, server: server.name } });
  if (prepared.list !== undefined && seen.judgement.holdsList && head.confirmedAt === undefined && sent.count > 0) {
    const { epoch, version, digest } = prepared.list;
    news.push({ kind: "list.applied", details: { epoch, version, digest } });
  }
  return news;
};

const earliest = (...times: readonly (Instant | undefined)[]): Instant | undefined =>
  times.filter((at) => at !== undefined).toSorted((a, b) => a - b)[0];

const whyNotConnected = ({ point, server }: Prepared["picture"]): string => {
  if (point === undefined) return "no_enforcement_point";
  if (point.kind === "mattermost") return "behind_a_bridge";
  if (server.keys.length === 0) return "keys_not_pinned";
  if (point.kind === "agent") return "agent_not_enrolled";
  return point.credential === undefined && fieldsNeeded(point.kind).length > 0
    ? "credential_missing"
    : "credential_unreadable";
};

const NOT_CONNECTED = (picture: Prepared["picture"], now: Instant): Standing => {
  const code = whyNotConnected(picture);
  const same = picture.head.status === "not_connected" && picture.head.statusDetail.code === code;
  return {
    status: "not_connected",
    statusDetail: { code, detail: "", since: same ? picture.head.statusDetail.since : now },
    pushedAt: undefined,
    confirmedAt: picture.head.confirmedAt,
    attempts: 0,
    nextAttemptAt: undefined,
  };
};

const NO_DRIFT = { found: [], ended: [] } as const;

const leaveUnconnected = async (prepared: Prepared, now: Instant): Promise<RoundResult> => {
  const { picture } = prepared;
  const standing = NOT_CONNECTED(picture, now);
  const position = { epoch: picture.head.epoch, version: picture.head.version };
  await asWorker(async (tx) => {
    await record(tx, {
      picture,
      position,
      standing,
      evidence: [],
      receipts: [],
      findings: [],
      drift: NO_DRIFT,
      at: now,
    });
    return ok(undefined);
  });
  const lookDue = needsLook(picture.server, now);
  const testDue = picture.point?.candidate !== undefined;
  return { status: "not_connected", next: undefined, signed: "nothing", sent: 0, failed: false, lookDue, testDue };
};

const roundOf = (deps: RoundDeps, ask: RoundAsk, prepared: Prepared, connector: Connector): Round => {
  const { picture, desire, list } = prepared;
  const lanes = lanesOf(picture, desire, deps.clock.now());
  const position = list ?? { epoch: 0, version: 0, digest: "" };
  return {
    deps,
    ask,
    prepared,
    connector,
    looking: { http: deps.http, reach: deps.reach, clock: deps.clock, signal: ask.signal },
    scene: { picture, desire, lanes, position, unfinished: false, bareNames: !connector.limits.verifiesSignature },
  };
};

const finish = async (round: Round, done: Done): Promise<RoundResult> => {
  const { prepared, deps, ask, scene, looking } = round;
  const { picture, desire } = prepared;
  const standing = standingOf(round, done);
  const turned = scene.lanes.filter(({ partner }) => hasNews(round, done, partner.id));
  const back = standing.status === "unreachable" ? [] : await lookBack(looking, picture, turned);
  await deps.between?.("looked");
  const seen = [...done.seen.judgement.evidence, ...back];
  const due = resetsDue(picture, seen);
  const drift = driftNews(picture, desire, done.first.judgement, done.seen.judgement);
  const outcome = {
    picture,
    position: scene.position,
    standing,
    evidence: markResets(seen, picture, due),
    receipts: [...done.sent.receipts, ...receiptOf(done.seen.look)],
    findings: [...driftFindings(drift), ...findingsOf(round, done, standing)],
    drift,
    at: looking.clock.now(),
  };
  const fault = done.seen.look.observed.ok ? done.sent.fault?.code : done.seen.look.observed.error.code;
  if (picture.point?.credential !== undefined || hasOutcome(outcome))
    await asWorker(
      async (tx) => {
        await noteUse(tx, picture, fault, outcome.at);
        return ok(await record(tx, outcome));
      },
      { traceId: ask.traceId, clock: deps.clock },
    );
  await deps.between?.("recorded");
  await resetOpened(looking, deps.keys, picture, due);
  await deps.between?.("reset");
  withTrace(ask.traceId).info(
    { server: picture.server.name, version: scene.position.version, status: standing.status, sent: done.sent.count },
    "reconciled",
  );
  return {
    status: standing.status,
    next: done.outrun === true ? looking.clock.now() : nextOf(round, standing),
    signed: prepared.signed,
    sent: done.sent.count,
    failed: standing.attempts > 0,
    lookDue: needsLook(picture.server, looking.clock.now()),
    testDue: picture.point?.candidate !== undefined,
  };
};

const nextOf = ({ prepared, looking }: Round, { nextAttemptAt }: Standing): Instant | undefined =>
  earliest(nextTurn(prepared.desire.wanted, looking.clock.now()), prepared.renewAt, asInstant(nextAttemptAt));

const asInstant = (ms: number | undefined): Instant | undefined => (ms === undefined ? undefined : instant(ms));
const receiptOf = ({ observed }: Look): readonly Receipt[] =>
  observed.ok && observed.value.receipt !== undefined ? [observed.value.receipt] : [];

const hasNews = ({ prepared }: Round, { seen }: Done, partner: string): boolean => {
  const now = seen.judgement.evidence.find(({ from, station }) => from === partner && station === "observed");
  const last = prepared.picture.evidence.find(
    ({ from, to, station }) => from === partner && to === prepared.picture.server.id && station === "observed",
  );
  return now?.state !== last?.state || now?.detail["desired"] !== last?.detail.desired;
};

/**
 * Brings one homeserver to what the record says, and leaves evidence of what was seen: load, compile, plan, brake, sign
 * and store under one lock; send; read back and probe; record. Safe to repeat, and to be killed anywhere: a second call
 * finds the first one's list and sends the same bytes.
 */
export const reconcileHomeserver = async (deps: RoundDeps, ask: RoundAsk): Promise<RoundResult> => {
  const now = deps.clock.now();
  const by = { keys: deps.keys, now, traceId: ask.traceId };
  const prepared = await asWorker(async (tx) => ok(await prepare(tx, ask.homeserver, by)), {
    traceId: ask.traceId,
    clock: deps.clock,
  });
  if (!prepared.ok || prepared.value === undefined) return GONE;
  await deps.between?.("prepared");
  const { picture, list } = prepared.value;
  if (list === undefined || picture.point === undefined) return leaveUnconnected(prepared.value, now);
  const connector = await deps.reach.connectorOf(picture.server, picture.point, deps.keys, ask.signal);
  if (connector === undefined) return leaveUnconnected(prepared.value, now);
  const round = roundOf(deps, ask, prepared.value, connector);
  return finish(round, await act(round));
};
