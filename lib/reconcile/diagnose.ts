import type { Connector, Observed } from "#lib/connectors/connector.ts";
import { lockHead } from "#lib/data/lists.ts";
import { loadPicture, type Picture } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { answerOf, type Check, type Facts, judgeReach, type ProbeSeen } from "#lib/domain/diagnosis.ts";
import { PLATFORMS, type Platform } from "#lib/domain/directory.ts";
import { readRefusal } from "#lib/domain/federation-refusal.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { discover, type ResolveSrv } from "#lib/matrix/discovery.ts";
import { foundBy, reach, whoAnswers } from "#lib/matrix/inspect.ts";
import { lookAlikeOf, type ProbeAs, type ProbeResult, probe } from "#lib/matrix/probe.ts";
import type { Target } from "#lib/matrix/target.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import { desire, openBy } from "./desire.ts";
import { listedAt, pointOf, sendingTo, waitingOf } from "./diagnose-lists.ts";
import { faultOfThrown, type Looking } from "./look.ts";

/** What a diagnosis looks with. */
export type DiagnosisDeps = Looking & {
  readonly keys: SigningKeys;
  readonly resolveSrv?: ResolveSrv;
};

export type Direction = {
  readonly from: ServerName;
  readonly to: ServerName;
  readonly answer: ReturnType<typeof answerOf>;
  readonly checks: readonly Check[];
};
export type Software = { readonly name: string; readonly version: string };
/** Both directions, A to B first, and what the two say they run. */
export type Findings = {
  readonly directions: readonly [Direction, Direction];
  readonly software: { readonly from: Software | null; readonly to: Software | null };
};

/** Everything learnt of one server, whichever direction asks. */
type Side = { readonly picture: Picture; facts: Partial<Facts>; target?: Target; observed?: Result<Observed, unknown> };

const PROBE_TIMEOUT_MS = 5_000;
const NO_KEY = "ed25519:tillit";

const platformOf = ({ server }: Picture): Platform => PLATFORMS.find((each) => each === server.platform) ?? "other";

/** Platforms whose `/version` is not gated by the list, or at which a false signature shows nothing. */
const profilePath = (target: Target): string =>
  `/_matrix/federation/v1/query/profile?user_id=${encodeURIComponent(`@tillit-probe:${target.serverName}`)}`;
const NEEDS_OWN_KEY: ReadonlySet<Platform> = new Set(["continuwuity", "tuwunel", "dendrite"]);

/** What a probe's answer says, by the table of refusals; a page of a proxy in front says nothing of the list. */
export const readProbe = (result: ProbeResult): ProbeSeen => {
  const { status, errcode, error, failure, raw } = result;
  if (failure !== undefined || status === undefined) return { verdict: "no_answer", raw: failure?.detail ?? "" };
  if (status === 200)
    return { verdict: raw.trimStart().startsWith("{") ? "let_in" : "unread", refusal: "not_matrix", status, raw };
  const refusal = readRefusal({ status, errcode, error });
  if (refusal === "not_listed") return { verdict: "not_listed", refusal, status, raw };
  if (refusal === "bad_signature") return { verdict: "let_in", status, raw };
  return { verdict: "unread", refusal, status, raw };
};

const overrideOf = ({ server: { override } }: Picture) =>
  override === undefined
    ? {}
    : { override: { host: override.host, port: override.port, ...(override.ca === null ? {} : { ca: override.ca }) } };

const pinnedOf = ({ server }: Picture) => Object.fromEntries(server.keys.map(({ keyId, key }) => [keyId, key]));

/** Where the server is, by the rules of discovery; the well-known file and the records are read anew. */
const find = async (deps: DiagnosisDeps, side: Side): Promise<void> => {
  const { server } = side.picture;
  const found = await discover(server.name, {
    http: deps.http,
    signal: deps.signal,
    ...overrideOf(side.picture),
    ...(deps.resolveSrv === undefined ? {} : { resolveSrv: deps.resolveSrv }),
  });
  side.target = found.target;
  side.facts = { ...side.facts, found: foundBy(found) };
};

const ask = async (deps: DiagnosisDeps, side: Side): Promise<void> => {
  if (side.target === undefined) return;
  const reached = await reach(deps.http, side.target, pinnedOf(side.picture), deps.clock.now);
  side.facts = { ...side.facts, reached };
  const answering = reached.tls === "good" ? await whoAnswers(deps.http, side.target) : undefined;
  side.facts = { ...side.facts, answering: answering ?? { state: "not_reached" } };
};

const connectorOf = async (deps: DiagnosisDeps, { server, point }: Picture): Promise<Connector | undefined> => {
  if (point === undefined || server.keys.length === 0) return undefined;
  return deps.reach.connectorOf(server, point, deps.keys, deps.signal);
};

/** Reads the server itself back: whether what enforces is alive, and what its processes obey. */
const readBack = async (deps: DiagnosisDeps, side: Side, other: Side): Promise<void> => {
  const connector = await connectorOf(deps, side.picture);
  const observed =
    connector === undefined
      ? undefined
      : await connector.observe(deps.signal).catch((thrown: unknown) => err(faultOfThrown(thrown)));
  const name = other.picture.server.name;
  const sending = await sendingTo(connector, name, deps.signal);
  side.facts = {
    ...side.facts,
    point: pointOf(side.picture, observed, deps.clock.now()),
    receiverList: listedAt(side.picture, observed, name),
    senderList: connector?.limits.holdsOutbound === false ? "unheld" : listedAt(side.picture, observed, name),
    ...(sending === undefined ? {} : { sending }),
  };
};

/** Asks at `at` as `origin`, as a stranger, and as a name that only looks like the origin's. */
const probeAt = async (deps: DiagnosisDeps, at: Side, origin: Side): Promise<Facts["probes"]> => {
  const { target, picture } = at;
  const { name, keys } = origin.picture.server;
  const platform = platformOf(picture);
  const nothing: ProbeSeen = { verdict: "no_answer", raw: "" };
  if (NEEDS_OWN_KEY.has(platform)) {
    const own: ProbeSeen = { verdict: "needs_own_key", raw: "" };
    return { partner: own, stranger: own, lookAlike: own };
  }
  if (target === undefined || at.facts.reached?.tls !== "good")
    return { partner: nothing, stranger: nothing, lookAlike: nothing };
  const path = platform === "rocketchat" ? { path: profilePath(target) } : {};
  const options = { timeoutMs: PROBE_TIMEOUT_MS, signal: deps.signal, ...path };
  const askAs = async (as: ProbeAs | undefined): Promise<ProbeSeen> =>
    as === undefined ? { verdict: "without_key", raw: "" } : readProbe(await probe(deps.http, target, as, options));
  const alike = lookAlikeOf(name);
  const [partner, stranger, lookAlike] = await Promise.all([
    askAs(keys[0] === undefined ? undefined : { origin: name, keyId: keys[0].keyId }),
    askAs({ origin: picture.federation.probeName, keyId: NO_KEY }),
    askAs(alike === undefined ? undefined : { origin: alike, keyId: NO_KEY }),
  ]);
  return { partner, stranger, lookAlike };
};

const wantedOf = (from: Picture, to: Picture, now: Looking["clock"]): NonNullable<Facts["wanted"]> => {
  const changed = [from, to].some(({ server }) => server.identityState === "changed");
  try {
    const at = now.now();
    if (openBy(desire(to, at).wanted, at).has(from.server.name)) return "open";
    return changed ? "identity_changed" : "shut";
  } catch {
    // A stored list that cannot be read is the reconciler's to report; the rest of the diagnosis goes on.
    return "shut";
  }
};

/** What B's side shows, what A's own list says, and what was seen between them. */
const direction = (deps: DiagnosisDeps, from: Side, to: Side, probes: Facts["probes"]): Direction => {
  const { senderList: _list, sending: _waiting, ...target } = to.facts;
  const facts: Facts = {
    ...target,
    now: deps.clock.now(),
    from: { name: from.picture.server.name, platform: platformOf(from.picture) },
    to: { name: to.picture.server.name, platform: platformOf(to.picture) },
    ...(from.facts.senderList === undefined ? {} : { senderList: from.facts.senderList }),
    ...(from.facts.sending === undefined ? {} : { sending: from.facts.sending }),
    ...(probes === undefined ? {} : { probes, waiting: waitingOf(from.picture, to.picture) }),
    ...(to.facts.wanted === undefined ? {} : { wanted: to.facts.wanted }),
  };
  const checks = judgeReach(facts);
  return { from: facts.from.name, to: facts.to.name, answer: answerOf(checks), checks };
};

const softwareOf = ({ facts: { answering } }: Side): Software | null =>
  answering?.state === "matrix" ? { name: answering.software, version: answering.version } : null;

const sidesOf = async (from: HomeserverId, to: HomeserverId): Promise<readonly [Side, Side] | undefined> => {
  const loaded = await asWorker(async (tx) => {
    // A server that was added a moment ago has no head yet; always in one order, so that two never wait for each other.
    for (const id of [from, to].toSorted()) await lockHead(tx, id);
    return ok([await loadPicture(tx, from), await loadPicture(tx, to)] as const);
  });
  if (!loaded.ok) return undefined;
  const [a, b] = loaded.value;
  return a === undefined || b === undefined
    ? undefined
    : [
        { picture: a, facts: {} },
        { picture: b, facts: {} },
      ];
};

/**
 * Finds out whether A can reach B and B reach A: looks for both servers anew, asks them, reads them back, and probes each
 * as the other, as a stranger, and as a look-alike. Nothing is changed on any server.
 *
 * @param onProgress told what is known after each step, the last time with everything
 * @returns undefined where one of the servers is gone
 */
export const diagnose = async (
  deps: DiagnosisDeps,
  between: { readonly from: HomeserverId; readonly to: HomeserverId },
  onProgress: (findings: Findings) => Promise<void> = async () => undefined,
): Promise<Findings | undefined> => {
  const sides = await sidesOf(between.from, between.to);
  if (sides === undefined) return undefined;
  const [a, b] = sides;
  a.facts = { wanted: wantedOf(b.picture, a.picture, deps.clock) };
  b.facts = { wanted: wantedOf(a.picture, b.picture, deps.clock) };
  const told = (atB?: Facts["probes"], atA?: Facts["probes"]): Findings => ({
    directions: [direction(deps, a, b, atB), direction(deps, b, a, atA)],
    software: { from: softwareOf(a), to: softwareOf(b) },
  });
  const both = async (step: (side: Side, other: Side) => Promise<void>): Promise<void> => {
    await Promise.all([step(a, b), step(b, a)]);
    await onProgress(told());
  };
  await both((side) => find(deps, side));
  await both((side) => ask(deps, side));
  await both((side, other) => readBack(deps, side, other));
  const [atB, atA] = await Promise.all([probeAt(deps, b, a), probeAt(deps, a, b)]);
  return told(atB, atA);
};
