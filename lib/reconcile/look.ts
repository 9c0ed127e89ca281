import type { Connector } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import type { NewEvidence } from "#lib/data/evidence.ts";
import type { KnownServer, Picture } from "#lib/data/reconcile.ts";
import { err } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type ProbeAs, type ProbeResult, type ProbeRound, probeRound } from "#lib/matrix/probe.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import { type Look, observedState, probeDetail } from "./judge.ts";
import type { Lane } from "./lanes.ts";
import type { Reach } from "./reach.ts";

/** What a round looks with. */
export type Looking = {
  readonly http: Http;
  readonly reach: Reach;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

const PROBE_TIMEOUT_MS = 5000;
/** A key id that no server has: what is refused for its name is refused before any key is looked for. */
const NO_KEY = "ed25519:tillit";

const UNKNOWN_ROUND = (origin: ServerName): ProbeRound => ({
  results: [],
  control: { origin, verdict: "unknown", raw: "", ms: 0 },
  gate: "unknown",
  lookAlikes: [],
});

/** A server's own name and pinned key id, as which to ask others. Without a pinned key nothing can be asked as it. */
const asOrigin = ({ name, keys }: KnownServer): readonly ProbeAs[] =>
  keys[0] === undefined ? [] : [{ origin: name, keyId: keys[0].keyId }];

/** A page of a proxy in front answers 200 to anything: only an answer in JSON shows that the homeserver itself let one in. */
const credible = (result: ProbeResult): ProbeResult =>
  result.status === 200 && !result.raw.trimStart().startsWith("{") ? { ...result, verdict: "unknown" } : result;

const credibleRound = ({ results, control, gate, lookAlikes }: ProbeRound): ProbeRound => {
  const stranger = credible(control);
  return {
    results: results.map(credible),
    control: stranger,
    gate: stranger.verdict === "unknown" ? "unknown" : gate,
    lookAlikes: lookAlikes.map(credible),
  };
};

const askAt = async (
  { http, reach, signal }: Looking,
  server: KnownServer,
  origins: readonly KnownServer[],
  stranger: ServerName,
): Promise<ProbeRound> => {
  try {
    const target = await reach.targetOf(server, signal);
    const control = { origin: stranger, keyId: NO_KEY };
    const round = await probeRound(http, target, origins.flatMap(asOrigin), control, {
      timeoutMs: PROBE_TIMEOUT_MS,
      signal,
      platform: server.platform,
    });
    if (round.control.failure !== undefined) reach.forget(server);
    return credibleRound(round);
  } catch {
    return UNKNOWN_ROUND(stranger);
  }
};

/** Looks at a server once: reads it back and, in the same breath, probes it from outside as each partner and as a stranger. */
export const lookAt = async (
  looking: Looking,
  connector: Connector,
  picture: Picture,
  lanes: readonly Lane[],
): Promise<Look> => {
  const at = looking.clock.now();
  const partners = lanes.map(({ partner }) => partner);
  const [observed, probes] = await Promise.all([
    connector.observe(looking.signal).catch((thrown: unknown) => err(faultOfThrown(thrown))),
    askAt(looking, picture.server, partners, picture.federation.probeName),
  ]);
  return { at, observed, probes };
};

/** A connector that throws is a fault of that server alone. */
export const faultOfThrown = (thrown: unknown): ConnectorFault => ({
  code: "broken",
  detail: thrown instanceof Error ? thrown.message : String(thrown),
  kind: "away",
});

/**
 * Probes the other direction: each partner, as the server that was just written to. What a partner does not show yet is
 * left to its own round to say; so only what is as desired is evidence here.
 */
export const lookBack = async (looking: Looking, picture: Picture, lanes: readonly Lane[]): Promise<NewEvidence[]> => {
  const { server, federation } = picture;
  const rounds = lanes.map(async ({ partner, desired }): Promise<NewEvidence[]> => {
    const at = looking.clock.now();
    const round = await askAt(looking, partner, [server], federation.probeName);
    const result = round.results[0];
    const state = observedState(desired, result, round.gate);
    if (state !== "reached") return [];
    const detail = { desired, ...probeDetail(result, round.gate) };
    return [{ from: server.id, to: partner.id, station: "observed", state, version: undefined, detail, at }];
  });
  return (await Promise.all(rounds)).flat();
};
