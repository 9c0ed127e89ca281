import { z } from "zod";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type Http, type HttpFailure, readJson } from "#lib/platform/http.ts";
import { type Signer, toUnpadded } from "#lib/platform/signed-json.ts";
import { probeRuleOf, type Verdict } from "./probe-rules.ts";
import { callTarget, type Target } from "./target.ts";
import { signRequest, xMatrixHeader } from "./x-matrix.ts";

export type ProbeResult = {
  readonly origin: ServerName;
  /** HTTP status; absent where there was no answer. */
  readonly status?: number;
  readonly errcode?: string;
  /** The sentence beside the errcode. */
  readonly error?: string;
  readonly failure?: HttpFailure;
  readonly verdict: Verdict;
  /** The start of the body, as evidence. */
  readonly raw: string;
  /** How long it took, ms. */
  readonly ms: number;
};

export type ProbeAs = {
  readonly origin: ServerName;
  /** Id of the origin's pinned key: with it the server finds the key in its store and fetches nothing. */
  readonly keyId: string;
  /** Signs truly where the key is held (the federation's own probe name); else the signature is a false one. */
  readonly signer?: Signer;
};

export type ProbeOptions = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What the server is said to run: each platform guards other routes and refuses in other words. */
  readonly platform?: string;
  /** Another route than the one that the platform's rule asks. */
  readonly path?: string;
};

// 64 bytes of 0xff: a well-formed signature that no key accepts, since its scalar lies beyond the group order.
const FALSE_SIGNATURE = toUnpadded(new Uint8Array(64).fill(0xff));
const RAW_LENGTH = 300;
const versionForm = z.looseObject({ server: z.looseObject({ version: z.string() }) });
const jsonForm = z.looseObject({});
// Rocket.Chat says that federation is off in a sentence without an errcode.
const errorForm = z.looseObject({ errcode: z.string().optional(), error: z.string() });

/**
 * Asks a server on its federation listener as one origin would, and reads from the refusal whether it lists it.
 * Nothing is changed there, and the origin's private key is not needed.
 */
export const probe = async (
  http: Http,
  target: Target,
  { origin, keyId, signer }: ProbeAs,
  { platform, path: asked, ...options }: ProbeOptions = {},
): Promise<ProbeResult> => {
  const destination = target.serverName;
  const rule = probeRuleOf(platform);
  const path = asked ?? rule.uri(destination);
  const authorization =
    signer === undefined
      ? xMatrixHeader({ origin, destination, keyId, signature: FALSE_SIGNATURE })
      : signRequest({ method: "GET", uri: path, origin, destination }, signer);
  const started = performance.now();
  const answer = await callTarget(http, target, path, { headers: { authorization }, ...options });
  const ms = Math.round(performance.now() - started);
  if (!answer.ok) return { origin, failure: answer.error, verdict: "unknown", raw: "", ms };
  const { status, body } = answer.value;
  const raw = new TextDecoder().decode(body.subarray(0, RAW_LENGTH));
  if (status === 200) {
    // Only the homeserver's own answer counts: a proxy's front page says 200 to everybody.
    const verdict = readJson(answer.value, rule.form === "version" ? versionForm : jsonForm).ok
      ? rule.verdictOf(200, undefined, "")
      : "unknown";
    return { origin, status, verdict, raw, ms };
  }
  const json = readJson(answer.value, errorForm);
  if (!json.ok) return { origin, status, verdict: "unknown", raw, ms };
  const { errcode, error } = json.value;
  const verdict = rule.verdictOf(status, errcode, error);
  return { origin, status, ...(errcode === undefined ? {} : { errcode }), error, verdict, raw, ms };
};

/**
 * A name that a server which compares by suffix takes for `name`: `xagency.se` passes for `agency.se`. Undefined where
 * that is no server name (an address, or a name that is as long as names can be).
 */
export const lookAlikeOf = (name: ServerName): ServerName | undefined => {
  const made = parseServerName(`x${name}`);
  return made.ok ? made.value : undefined;
};

export type ProbeRound = {
  readonly results: readonly ProbeResult[];
  readonly control: ProbeResult;
  /**
   * `shut_to_strangers`: the control was refused, so what the others show is the list at work.
   * `open`: a name on no list was let in: an alarm, and no result counts. `unknown`: no result counts either.
   */
  readonly gate: "shut_to_strangers" | "open" | "unknown";
  /**
   * Names that are on no list but end as one that was let in: one that is let in shows that the list holds less than it
   * says. One a round, or one for each name let in where the platform has builds that match so.
   */
  readonly lookAlikes: readonly ProbeResult[];
};

/**
 * One round: each origin, and in the same round a name that is on no list. A listed verdict proves something only where
 * the gate is shut to strangers.
 */
export const probeRound = async (
  http: Http,
  target: Target,
  origins: readonly ProbeAs[],
  control: ProbeAs,
  options: ProbeOptions = {},
): Promise<ProbeRound> => {
  const ask = (as: ProbeAs): Promise<ProbeResult> => probe(http, target, as, options);
  const [denied, ...results] = await Promise.all([control, ...origins].map(ask));
  const found: ProbeResult = denied ?? { origin: control.origin, verdict: "unknown", raw: "", ms: 0 };
  const gate = { not_listed: "shut_to_strangers", listed_or_open: "open", unknown: "unknown" } as const;
  const alike = results.flatMap(({ verdict, origin }) => {
    const name = verdict === "listed_or_open" ? lookAlikeOf(origin) : undefined;
    return name === undefined ? [] : [{ origin: name, keyId: control.keyId }];
  });
  // What compares by suffix does so for every name: where no build of the platform is known to, one shows it.
  const asked = probeRuleOf(options.platform).mayMatchSuffix ? alike : alike.slice(0, 1);
  const lookAlikes = await Promise.all(asked.map(ask));
  return { results, control: found, gate: gate[found.verdict], lookAlikes };
};
