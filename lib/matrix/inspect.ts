import { z } from "zod";
import type { Answering, Found, KeysSeen, Reached, TlsFault, WayFault } from "#lib/domain/diagnosis.ts";
import { readRefusal } from "#lib/domain/federation-refusal.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { err, type Result } from "#lib/domain/result.ts";
import { type Http, type HttpAnswer, type HttpFailure, readJson } from "#lib/platform/http.ts";
import type { Discovery, DiscoveryStep } from "./discovery.ts";
import { judgeKeyChange, type KeyFault, type ServerKeys, verifyServerKeys } from "./server-keys.ts";
import { callTarget, type Target } from "./target.ts";

const KEYS_PATH = "/_matrix/key/v2/server";
const VERSION_PATH = "/_matrix/federation/v1/version";
const TIMEOUT_MS = 8_000;

const wellKnownOf = (step: DiscoveryStep | undefined): Found["wellKnown"] => {
  if (step === undefined) return "not_needed";
  const found = step.detail["found"];
  if (found === "yes") return "found";
  if (found === "broken") return "broken";
  return step.state === "fail" ? "refused" : "absent";
};

const srvOf = (step: DiscoveryStep | undefined): Found["srv"] => {
  if (step === undefined) return "not_needed";
  const found = step.detail["found"];
  return found === "yes" ? "found" : found === "no" ? "absent" : "unknown";
};

/** What discovery showed, in the words of a diagnosis. */
export const foundBy = ({ steps, target }: Discovery): Found => {
  const step = (name: DiscoveryStep["step"]) => steps.find((each) => each.step === name);
  const delegated = step("well_known")?.detail["server"];
  return {
    byHand: step("override") !== undefined,
    wellKnown: wellKnownOf(step("well_known")),
    ...(typeof delegated === "string" ? { delegated } : {}),
    srv: srvOf(step("srv")),
    host: target.host,
    port: target.port,
  };
};

const TLS_REASONS: Readonly<Record<string, TlsFault>> = {
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not_begun",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong_name",
  HOSTNAME_MISMATCH: "wrong_name",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "chain_incomplete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
};

/** Which fault of the certificate, or of the TLS itself, a connection ended with. */
export const tlsFaultOf = ({ reason = "" }: HttpFailure): TlsFault =>
  TLS_REASONS[reason] ?? (reason.startsWith("CERT_") ? "untrusted" : "none");

const WAYS: Readonly<Record<string, WayFault>> = {
  dns: "dns",
  refused: "refused",
  timeout: "timeout",
  private_address: "private_address",
  proxy_refused: "proxy_refused",
};

/** Answers came, if only bad ones: the way and the certificate are good. */
const ANSWERED = new Set<string>(["too_large", "redirect_elsewhere", "too_many_redirects"]);

const unreached = (failure: HttpFailure): Reached => {
  const { code } = failure;
  const detail = failure.detail.slice(0, 300);
  if (code === "tls") return { way: "answers", tls: tlsFaultOf(failure), keys: "not_reached", detail };
  if (ANSWERED.has(code)) return { way: "answers", tls: "good", keys: "not_matrix", detail };
  return { way: WAYS[code] ?? "broken", tls: "not_reached", keys: "not_reached", detail };
};

/** Between the moment of asking and that of the answer, the server's clock said `Date`; the middle is compared. */
const clockOffOf = ({ headers }: HttpAnswer, asked: number, answered: number): number | undefined => {
  const said = Date.parse(headers.date ?? "");
  return Number.isNaN(said) ? undefined : said - Math.round((asked + answered) / 2);
};

export type Pinned = Readonly<Record<string, string>>;

const KEY_FAULTS = new Set<string>(["wrong_server_name", "no_self_signed_key", "keys_expired"]);

const keysSeen = (keys: Result<ServerKeys, KeyFault>, pinned: Pinned, serverName: string): KeysSeen => {
  if (!keys.ok) return KEY_FAULTS.has(keys.error.code) ? (keys.error.code as KeysSeen) : "not_matrix";
  if (Object.keys(pinned).length === 0) return "first";
  const { kind } = judgeKeyChange(pinned, keys.value, serverName);
  return kind === "same" ? "pinned" : kind;
};

const readKeys = (answer: HttpAnswer, target: Target, now: Instant): Result<ServerKeys, KeyFault> => {
  if (answer.status !== 200) return err({ code: "wrong_status", detail: String(answer.status) });
  const json = readJson(answer, z.record(z.string(), z.json()));
  return json.ok ? verifyServerKeys(json.value, target.serverName, now) : json;
};

/**
 * Asks a server for its keys, once, and reads from it the way there, the certificate, the keys against those pinned, and
 * the clock. Nothing is changed there or here.
 */
export const reach = async (http: Http, target: Target, pinned: Pinned, now: () => Instant): Promise<Reached> => {
  const asked = now();
  const answer = await callTarget(http, target, KEYS_PATH, { timeoutMs: TIMEOUT_MS, wantCertificate: true });
  if (!answer.ok) return unreached(answer.error);
  const { certificate } = answer.value;
  const keys = readKeys(answer.value, target, now());
  const clockOff = clockOffOf(answer.value, asked, now());
  return {
    way: "answers",
    tls: "good",
    ...(certificate === undefined
      ? {}
      : { certificate: { ...certificate, until: instant(Math.max(0, certificate.until)) } }),
    keys: keysSeen(keys, pinned, target.serverName),
    ...(clockOff === undefined ? {} : { clockOff }),
    detail: keys.ok ? "" : keys.error.detail.slice(0, 300),
  };
};

const versionForm = z.looseObject({ server: z.looseObject({ name: z.string(), version: z.string() }) });
const refusalForm = z.looseObject({ errcode: z.string().optional(), error: z.string() });

/** Asks who answers on the federation listener: the homeserver itself, or something in front of it. */
export const whoAnswers = async (http: Http, target: Target): Promise<Answering> => {
  const answer = await callTarget(http, target, VERSION_PATH, { timeoutMs: TIMEOUT_MS });
  if (!answer.ok) return { state: ANSWERED.has(answer.error.code) ? "not_matrix" : "not_reached" };
  const { status } = answer.value;
  const version = readJson(answer.value, versionForm);
  if (status === 200 && version.ok) {
    const { name, version: number } = version.value.server;
    return { state: "matrix", software: name.slice(0, 100), version: number.slice(0, 100) };
  }
  const said = readJson(answer.value, refusalForm);
  if (!said.ok) return { state: "not_matrix", status };
  const { errcode, error } = said.value;
  return { state: readRefusal({ status, errcode, error }) === "federation_off" ? "off" : "refused", status };
};
