import { Resolver } from "node:dns/promises";
import { z } from "zod";
import type { FixCode } from "#lib/domain/directory.ts";
import { HOUR } from "#lib/domain/instant.ts";
import { isAddress, parseServerName, type ServerName, splitServerName } from "#lib/domain/server-name.ts";
import { type Http, type HttpAnswer, readJson } from "#lib/platform/http.ts";
import { FEDERATION_PORT, type Override, overriddenTarget, type Target } from "./target.ts";

export type StepName = "name" | "override" | "well_known" | "srv" | "connect" | "version" | "keys";
export type DiscoveryStep = {
  readonly step: StepName;
  readonly state: "pass" | "fail" | "unknown";
  /** Facts for the page: texts, numbers and lists of them. */
  readonly detail: Readonly<Record<string, string | number | readonly string[]>>;
  readonly fix?: FixCode;
};

export type Discovery = {
  readonly steps: readonly DiscoveryStep[];
  readonly target: Target;
  /** How long the well-known answer, or its absence, may be held, in ms. */
  readonly cacheFor: number;
};

export type SrvRecord = {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
};
export type ResolveSrv = (name: string) => Promise<readonly SrvRecord[]>;
export type DiscoveryOptions = {
  readonly http: Http;
  readonly override?: Override;
  readonly resolveSrv?: ResolveSrv;
  /** Told each step as it ends, so that pages show it live. */
  readonly onStep?: (step: DiscoveryStep) => void;
  readonly signal?: AbortSignal;
};

const WELL_KNOWN = z.looseObject({ "m.server": z.string() });
const WELL_KNOWN_BYTES = 50 * 1024;
const DEFAULT_CACHE = 24 * HOUR;
const LONGEST_CACHE = 48 * HOUR;
const FAILURE_CACHE = HOUR;
const SRV_TIMEOUT_MS = 1500;

/** Which mend an outbound failure calls for. */
export const fixFor = (code: string): FixCode => {
  const fixes: Readonly<Record<string, FixCode>> = {
    dns: "fix_dns",
    tls: "fix_certificate",
    private_address: "fix_private_address",
    redirect_elsewhere: "fix_redirect",
    too_many_redirects: "fix_redirect",
    timeout: "fix_slow",
    too_large: "fix_not_matrix",
    not_json: "fix_not_matrix",
    unexpected_json: "fix_not_matrix",
    proxy_refused: "fix_egress_proxy",
  };
  return fixes[code] ?? "fix_listener";
};

/**
 * How long a well-known answer may be held: its `Cache-Control: max-age` or `Expires`, at most 48 h, else 24 h
 * (Matrix spec, server-server API, "Server discovery", 3). Failures at most 1 h.
 */
export const cacheTime = (headers: HttpAnswer["headers"], now: number): number => {
  const control = headers["cache-control"] ?? "";
  if (/no-store|no-cache/i.test(control)) return 0;
  const age = /max-age=(\d{1,9})/i.exec(control)?.[1];
  if (age !== undefined) return Math.min(Number(age) * 1000, LONGEST_CACHE);
  const expires = Date.parse(headers.expires ?? "");
  return Number.isNaN(expires) ? DEFAULT_CACHE : Math.max(0, Math.min(expires - now, LONGEST_CACHE));
};

type WellKnown = { readonly step: DiscoveryStep; readonly delegated?: ServerName; readonly cacheFor: number };

const askWellKnown = async (host: string, { http, signal }: DiscoveryOptions): Promise<WellKnown> => {
  const url = `https://${host}/.well-known/matrix/server`;
  const answer = await http(url, {
    redirects: "anywhere",
    maxBytes: WELL_KNOWN_BYTES,
    timeoutMs: 5000,
    ...(signal === undefined ? {} : { signal }),
  });
  const step = (state: DiscoveryStep["state"], detail: DiscoveryStep["detail"], fix?: FixCode): DiscoveryStep => ({
    step: "well_known",
    state,
    detail: { url, ...detail },
    ...(fix === undefined ? {} : { fix }),
  });
  // The spec goes on without delegation after any failure; only a file that is there and broken is a fault to mend.
  if (!answer.ok) {
    const { code, detail } = answer.error;
    const refused = code === "private_address" || code === "redirect_elsewhere" || code === "too_many_redirects";
    return {
      step: step(refused ? "fail" : "pass", { found: "no", code, detail }, refused ? fixFor(code) : undefined),
      cacheFor: FAILURE_CACHE,
    };
  }
  const { status, headers } = answer.value;
  if (status !== 200) return { step: step("pass", { found: "no", status }), cacheFor: FAILURE_CACHE };
  const json = readJson(answer.value, WELL_KNOWN);
  const delegated = json.ok ? parseServerName(json.value["m.server"]) : json;
  if (!delegated.ok)
    return { step: step("fail", { found: "broken", status }, "fix_well_known"), cacheFor: FAILURE_CACHE };
  return {
    step: step("pass", { found: "yes", server: delegated.value, answered_by: answer.value.url }),
    delegated: delegated.value,
    cacheFor: cacheTime(headers, Date.now()),
  };
};

const systemSrv: ResolveSrv = async (name) => {
  const resolver = new Resolver({ timeout: SRV_TIMEOUT_MS, tries: 1 });
  return resolver.resolveSrv(name);
};

const best = (records: readonly SrvRecord[]): SrvRecord | undefined =>
  records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0];

type Srv = { readonly step: DiscoveryStep; readonly at?: { readonly host: string; readonly port: number } };

const askSrv = async (host: string, resolveSrv: ResolveSrv): Promise<Srv> => {
  const names = [`_matrix-fed._tcp.${host}`, `_matrix._tcp.${host}`];
  const answers = await Promise.allSettled(names.map((name) => resolveSrv(name)));
  for (const [at, answer] of answers.entries()) {
    const record = answer.status === "fulfilled" ? best(answer.value) : undefined;
    if (record === undefined) continue;
    const place = { host: record.name, port: record.port };
    return {
      step: { step: "srv", state: "pass", detail: { found: "yes", record: names[at] ?? "", ...place } },
      at: place,
    };
  }
  const absent = (answer: PromiseSettledResult<unknown>): boolean =>
    answer.status === "fulfilled" || ["ENOTFOUND", "ENODATA"].includes(String(Object(answer.reason).code));
  const state = answers.every(absent) ? "pass" : "unknown";
  return { step: { step: "srv", state, detail: { found: state === "pass" ? "no" : "unknown", names } } };
};

/** A name that states where it is: an address or a port ends discovery at once. */
const directTarget = (serverName: ServerName, at: ServerName): Target | undefined => {
  const { host, port } = splitServerName(at);
  if (!isAddress(host) && port === undefined) return undefined;
  const found = { serverName, host, port: port ?? FEDERATION_PORT, tlsName: host };
  return port === undefined ? found : { ...found, hostPort: port };
};

/**
 * Finds where a server name is served (Matrix spec, server-server API, "Server discovery"): an address or a port ends
 * it; then the well-known file, its redirects followed; then SRV `_matrix-fed._tcp`, the older `_matrix._tcp`; then
 * port 8448. A name with an override is not looked up at all. Nothing is connected to but the well-known file.
 */
export const discover = async (serverName: ServerName, options: DiscoveryOptions): Promise<Discovery> => {
  const steps: DiscoveryStep[] = [];
  const took = (step: DiscoveryStep): void => {
    steps.push(step);
    options.onStep?.(step);
  };
  const done = (target: Target, cacheFor = DEFAULT_CACHE): Discovery => ({ steps, target, cacheFor });
  const { override } = options;
  if (override !== undefined) {
    took({ step: "override", state: "pass", detail: { host: override.host, port: override.port } });
    return done(overriddenTarget(serverName, override));
  }
  const direct = directTarget(serverName, serverName);
  took({
    step: "name",
    state: "pass",
    detail: { server: serverName, stands_for_itself: direct === undefined ? "no" : "yes" },
  });
  if (direct !== undefined) return done(direct);
  const wellKnown = await askWellKnown(serverName, options);
  took(wellKnown.step);
  const delegated = wellKnown.delegated ?? serverName;
  const stated = directTarget(serverName, delegated);
  if (stated !== undefined) return done(stated, wellKnown.cacheFor);
  const srv = await askSrv(delegated, options.resolveSrv ?? systemSrv);
  took(srv.step);
  const at = srv.at ?? { host: delegated, port: FEDERATION_PORT };
  return done({ serverName, host: at.host, port: at.port, tlsName: delegated }, wellKnown.cacheFor);
};
