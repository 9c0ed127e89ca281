import { CHECKS, type CheckId, type CheckResult, type NextStep, REASONS, type Reason } from "./diagnosis-reasons.ts";
import type { Platform } from "./directory.ts";
import type { FederationRefusal } from "./federation-refusal.ts";
import { DAY, type Instant, MINUTE } from "./instant.ts";
import type { ServerName } from "./server-name.ts";

/** Names and numbers that a sentence mentions. */
export type Params = Readonly<Record<string, string | number>>;
export type Check = {
  readonly check: CheckId;
  readonly result: CheckResult;
  readonly reason: Reason;
  readonly next: NextStep | null;
  readonly params: Params;
};

/** How a server was looked for. */
export type Found = {
  readonly byHand: boolean;
  readonly wellKnown: "not_needed" | "absent" | "found" | "broken" | "refused";
  readonly delegated?: string;
  readonly srv: "not_needed" | "absent" | "found" | "unknown";
  readonly host: string;
  readonly port: number;
};

export type WayFault = "dns" | "refused" | "timeout" | "private_address" | "proxy_refused" | "broken";
export const TLS_FAULTS = ["expired", "not_begun", "wrong_name", "untrusted", "chain_incomplete", "none"] as const;
export type TlsFault = (typeof TLS_FAULTS)[number];
export type Certificate = { readonly until: Instant; readonly issuer: string; readonly chain: number };
export type KeysSeen =
  | "pinned"
  | "rotated"
  | "first"
  | "changed"
  | "wrong_server_name"
  | "no_self_signed_key"
  | "keys_expired"
  | "not_matrix";

/** What asking a server for its keys showed of the way there. */
export type Reached = {
  readonly way: "answers" | WayFault;
  readonly tls: "good" | TlsFault | "not_reached";
  readonly certificate?: Certificate;
  readonly keys: KeysSeen | "not_reached";
  /** The server's clock less the portal's, in ms, as far as an answer said it. */
  readonly clockOff?: number;
  /** What the connection said, for the technician. */
  readonly detail: string;
};

export type Answering =
  | { readonly state: "matrix"; readonly software: string; readonly version: string }
  | { readonly state: "off" | "not_matrix" | "refused" | "not_reached"; readonly status?: number };

export type PointSeen =
  | {
      readonly state: "alive";
      readonly version: number;
      readonly clockOff?: number;
      readonly mode: "before_first" | "observe" | "enforce";
    }
  | {
      readonly state: "absent" | "away" | "untrusted" | "refuses" | "stood_down" | "none";
      readonly code: string;
    };

/** What one server's list says of the other, as the server itself answers; `unheld`: it holds nothing that is sent. */
export type Listed = "lists" | "omits" | "observes" | "open" | "no_list" | "shut_locally" | "unheld" | "unseen";

export type ProbeSeen = {
  readonly verdict: "let_in" | "not_listed" | "no_answer" | "unread" | "without_key" | "needs_own_key";
  readonly refusal?: FederationRefusal;
  readonly status?: number;
  readonly raw: string;
};

/** All that is known of one direction, as it becomes known: what is absent has not been looked at yet. */
export type Facts = {
  readonly now: Instant;
  readonly from: { readonly name: ServerName; readonly platform: Platform };
  readonly to: { readonly name: ServerName; readonly platform: Platform };
  readonly wanted?: "open" | "shut" | "identity_changed";
  readonly found?: Found;
  readonly reached?: Reached;
  readonly answering?: Answering;
  readonly point?: PointSeen;
  readonly senderList?: Listed;
  readonly receiverList?: Listed;
  readonly probes?: { readonly partner: ProbeSeen; readonly stranger: ProbeSeen; readonly lookAlike: ProbeSeen };
  /** What the sending server says of its own waiting after failures; absent where it does not say. */
  readonly sending?: { readonly until?: Instant; readonly since?: Instant };
  /** The senders' back-off, and the portal's own waiting before it tries this server again. */
  readonly waiting?: {
    readonly owed: boolean;
    readonly reset: boolean;
    readonly portalAttempts: number;
    readonly portalAgainAt?: Instant;
  };
};

type Finding = { readonly reason: Reason; readonly params?: Params };
const says = (reason: Reason, params: Params = {}): Finding => ({ reason, params });

/** A document signed further ahead than this is refused as skew (docs/specification/signed-documents.md, law 5). */
const MOST_CLOCK_OFF = 5 * MINUTE;
const ENDS_SOON = 14 * DAY;

const WAYS = {
  answers: "address_answers",
  dns: "address_unresolved",
  refused: "address_refused",
  timeout: "address_silent",
  private_address: "address_private",
  proxy_refused: "address_by_proxy",
  broken: "address_broken",
} as const satisfies Record<Reached["way"], Reason>;

const KEYS = {
  pinned: "keys_pinned",
  rotated: "keys_rotated",
  first: "keys_first",
  changed: "keys_changed",
  wrong_server_name: "keys_of_another",
  no_self_signed_key: "keys_unsigned",
  keys_expired: "keys_run_out",
  not_matrix: "keys_not_matrix",
  not_reached: "keys_not_reached",
} as const satisfies Record<Reached["keys"], Reason>;

const PROBES = {
  let_in: "probe_let_in",
  not_listed: "probe_not_listed",
  no_answer: "probe_no_answer",
  unread: "probe_unread",
  without_key: "probe_without_key",
  needs_own_key: "probe_needs_own_key",
} as const satisfies Record<ProbeSeen["verdict"], Reason>;

const SENDER = {
  lists: "sender_lists",
  unheld: "sender_unheld",
  observes: "sender_observes",
  open: "sender_unheld",
  omits: "sender_omits",
  no_list: "sender_without_list",
  shut_locally: "sender_shut_locally",
  unseen: "sender_unseen",
} as const satisfies Record<Listed, Reason>;

const RECEIVER = {
  lists: "receiver_lists",
  unheld: "receiver_unseen",
  observes: "receiver_observes",
  open: "receiver_open",
  omits: "receiver_omits",
  no_list: "receiver_without_list",
  shut_locally: "receiver_shut_locally",
  unseen: "receiver_unseen",
} as const satisfies Record<Listed, Reason>;

const isNowhere = ({ reached }: Facts): boolean => reached?.way === "dns";

const nameOf = ({ found, from, to }: Facts): Finding | undefined => {
  const ported = [from, to].find(({ name }) => /:\d+$/.test(name));
  const rocket = [from, to].some(({ platform }) => platform === "rocketchat");
  if (ported !== undefined && rocket) return says("name_with_port", { server: ported.name });
  if (found === undefined) return undefined;
  return says(found.byHand ? "name_by_hand" : "name_found", { server: to.name });
};

const wellKnownOf = (facts: Facts): Finding | undefined => {
  const { found, to } = facts;
  if (found === undefined) return undefined;
  const params = { server: to.name, delegated: found.delegated ?? "" };
  if (found.wellKnown !== "found" || found.srv === "found") return says(`well_known_${found.wellKnown}`, params);
  if (facts.reached === undefined) return undefined;
  return says(isNowhere(facts) ? "well_known_nowhere" : "well_known_found", params);
};

const srvOf = (facts: Facts): Finding | undefined => {
  const { found } = facts;
  if (found === undefined) return undefined;
  const params = { host: found.host, port: found.port };
  if (found.srv !== "found") return says(`srv_${found.srv}`, params);
  if (facts.reached === undefined) return undefined;
  return says(isNowhere(facts) ? "srv_nowhere" : "srv_found", params);
};

const addressOf = ({ found, reached }: Facts): Finding | undefined =>
  found === undefined || reached === undefined
    ? undefined
    : says(WAYS[reached.way], { host: found.host, port: found.port, detail: reached.detail });

const tlsOf = ({ reached, to, now }: Facts): Finding | undefined => {
  if (reached === undefined) return undefined;
  const { tls, certificate, detail } = reached;
  if (tls !== "good") return says(`tls_${tls}`, { server: to.name, detail });
  if (certificate === undefined) return says("tls_good", { until: 0, issuer: "", chain: 0 });
  const { until, issuer, chain } = certificate;
  return says(until - now < ENDS_SOON ? "tls_ends_soon" : "tls_good", { until, issuer, chain });
};

const federationOf = ({ answering }: Facts): Finding | undefined => {
  if (answering === undefined) return undefined;
  if (answering.state === "matrix")
    return says("federation_answers", { software: answering.software, version: answering.version });
  const reasons = {
    off: "federation_off",
    not_matrix: "federation_not_matrix",
    refused: "federation_refuses_version",
    not_reached: "federation_not_reached",
  } as const;
  return says(reasons[answering.state], { status: answering.status ?? 0 });
};

const keysOf = ({ reached, to }: Facts): Finding | undefined =>
  reached === undefined ? undefined : says(KEYS[reached.keys], { server: to.name, detail: reached.detail });

const clockOf = ({ reached, point }: Facts): Finding | undefined => {
  if (reached === undefined || point === undefined) return undefined;
  const off = (point.state === "alive" ? point.clockOff : undefined) ?? reached.clockOff;
  if (off === undefined) return says("clock_unseen");
  return says(Math.abs(off) > MOST_CLOCK_OFF ? "clock_off" : "clock_right", { seconds: Math.round(off / 1000) });
};

const pointOf = ({ point, to }: Facts): Finding | undefined => {
  if (point === undefined) return undefined;
  if (point.state === "alive") return says("point_alive", { server: to.name, version: point.version });
  return says(`point_${point.state}`, { server: to.name, code: point.code });
};

const probeOf = ({ probes, from }: Facts): Finding | undefined => {
  if (probes === undefined) return undefined;
  const { verdict, refusal, status = 0 } = probes.partner;
  const params = { server: from.name, status };
  if (verdict === "unread" && refusal === "federation_off") return says("probe_federation_off", params);
  if (verdict === "unread" && refusal === "not_matrix") return says("probe_by_proxy", params);
  return says(PROBES[verdict], params);
};

const strangerOf = ({ probes }: Facts): Finding | undefined => {
  if (probes === undefined) return undefined;
  const { verdict } = probes.stranger;
  if (verdict === "let_in") return says("stranger_let_in");
  return says(verdict === "not_listed" ? "stranger_refused" : "stranger_unseen");
};

/** Proves something only where strangers are refused: an open server lets in whoever asks. */
const lookAlikeOf = ({ probes, from }: Facts): Finding | undefined => {
  if (probes === undefined) return undefined;
  const params = { server: `x${from.name}` };
  const { stranger, lookAlike } = probes;
  if (stranger.verdict !== "not_listed") return says("look_alike_unseen", params);
  if (lookAlike.verdict === "let_in") return says("look_alike_let_in", params);
  return says(lookAlike.verdict === "not_listed" ? "look_alike_refused" : "look_alike_unseen", params);
};

const backOffOf = ({ waiting, sending, from, to, now }: Facts): Finding | undefined => {
  if (waiting === undefined) return undefined;
  if (sending?.until !== undefined && sending.until > now) {
    const { until, since } = sending;
    return says("back_off_waits", { server: from.name, other: to.name, at: until, since: since ?? now });
  }
  const { owed, reset, portalAttempts, portalAgainAt } = waiting;
  if (portalAttempts > 0) return says("back_off_portal", { attempts: portalAttempts, at: portalAgainAt ?? 0 });
  if (owed) return says("back_off_owed", { server: from.name });
  if (sending !== undefined) return says("back_off_none", { server: from.name });
  return says(reset ? "back_off_reset" : "back_off_unseen", { server: from.name });
};

const roomsOf = ({ from, to, answering }: Facts): Finding | undefined => {
  if (answering === undefined) return undefined;
  const synapses: readonly Platform[] = ["synapse", "element_ess"];
  if (to.platform === "rocketchat") return says("rooms_restricted", { server: to.name });
  const alike = synapses.includes(from.platform) && synapses.includes(to.platform);
  return says(alike ? "rooms_fit" : "rooms_unknown");
};

const agreementOf = ({ wanted }: Facts): Finding | undefined => {
  if (wanted === undefined) return undefined;
  return says(wanted === "identity_changed" ? wanted : `agreement_${wanted}`);
};

const JUDGES: Readonly<Record<CheckId, (facts: Facts) => Finding | undefined>> = {
  agreement: agreementOf,
  name: nameOf,
  well_known: wellKnownOf,
  srv: srvOf,
  address: addressOf,
  tls: tlsOf,
  federation: federationOf,
  keys: keysOf,
  clock: clockOf,
  sender_list: ({ senderList, from }) =>
    senderList === undefined ? undefined : says(SENDER[senderList], { server: from.name }),
  enforcement: pointOf,
  receiver_list: ({ receiverList, to }) =>
    receiverList === undefined ? undefined : says(RECEIVER[receiverList], { server: to.name }),
  probe: probeOf,
  stranger: strangerOf,
  look_alike: lookAlikeOf,
  back_off: backOffOf,
  rooms: roomsOf,
};

/**
 * Answers each check of one direction from what is known so far, in the order of {@link CHECKS}. A check whose facts
 * have not been gathered yet is not among the answers.
 */
export const judgeReach = (facts: Facts): readonly Check[] =>
  CHECKS.flatMap((check) => {
    const finding = JUDGES[check](facts);
    if (finding === undefined) return [];
    const { result, next } = REASONS[finding.reason];
    return [{ check, result, reason: finding.reason, next: next ?? null, params: finding.params ?? {} }];
  });

/** The one answer of a direction: `no` where a check failed, `unknown` where none could show that it works. */
export const answerOf = (checks: readonly Check[]): "yes" | "no" | "unknown" => {
  if (checks.some(({ result }) => result === "fail")) return "no";
  const letIn = checks.some(({ reason }) => reason === "probe_let_in");
  const shut = checks.some(({ reason }) => reason === "stranger_refused");
  return letIn && shut ? "yes" : "unknown";
};
