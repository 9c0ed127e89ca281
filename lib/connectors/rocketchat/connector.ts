import { instant, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { HttpAnswer } from "#lib/platform/http.ts";
import type { Alarm, Applied, Change, Connector, Limits, Observed } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";
import type { ConnectorFactory, ConnectorSettings } from "../settings.ts";
import { type Budget, budgetOf } from "./budget.ts";
import {
  awayOf,
  blockedUntil,
  cannotFederate,
  INFO_PATH,
  listValue,
  lookAlikeOf,
  mayMatchSuffix,
  policyOf,
  readDone,
  readSetting,
  readVersion,
  SETTING_PATH,
} from "./wire.ts";

/** How long each process of the server may hold the list that it parsed before, ms. */
const CACHE_MS = 60_000;

/** What Rocket.Chat's federation setting can do: it holds what comes in, by bare names, a minute after it was told. */
export const ROCKETCHAT_LIMITS: Limits = {
  takesEffect: "after_cache",
  effectWithin: CACHE_MS,
  maxNames: 10_000,
  portsInNames: false,
  holdsOutbound: false,
  verifiesSignature: false,
};

const TIMEOUT_MS = 10_000;
const VERSION_LIFE_MS = 60 * 60_000;
const PROCESS = "server";

const refuses = (code: string, detail: string): ConnectorFault => ({ code, detail, kind: "refuses" });

/** What this process knows of one server: what it was seen to store, and since when at the latest. */
class RocketChatSession {
  readonly #settings: ConnectorSettings;
  readonly #budget: Budget;
  #stored: { readonly value: string; readonly since: number } | undefined;
  #version: { readonly text: string | undefined; readonly at: number } | undefined;
  #wasLetIn = false;

  constructor(settings: ConnectorSettings) {
    this.#settings = settings;
    this.#budget = budgetOf(new URL(settings.endpoint.url).host, settings.clock);
  }

  async #call(
    method: "GET" | "POST",
    path: string,
    signal: AbortSignal,
    body?: string,
  ): Promise<Result<HttpAnswer, ConnectorFault>> {
    const { endpoint, http, credentials } = this.#settings;
    const answer = await http(`${endpoint.url.replace(/\/+$/, "")}${path}`, {
      method,
      headers: {
        "x-user-id": credentials["userId"] ?? "",
        "x-auth-token": credentials["authToken"] ?? "",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
      ca: endpoint.ca,
      resolveTo: endpoint.resolveTo,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    return answer.ok ? answer : err(awayOf(answer.error));
  }

  async #setting<T>(
    method: "GET" | "POST",
    read: (answer: HttpAnswer) => Result<T, ConnectorFault>,
    signal: AbortSignal,
    body?: string,
  ): Promise<Result<T, ConnectorFault>> {
    const wait = this.#budget.take(method);
    if (wait > 0) return err({ code: "rate_limited", detail: `${Math.ceil(wait / 1000)} s`, kind: "away" });
    const answer = await this.#call(method, SETTING_PATH, signal, body);
    if (!answer.ok) return answer;
    const until = blockedUntil(answer.value);
    if (until !== undefined) this.#budget.block(method, until);
    const result = read(answer.value);
    if (result.ok) this.#wasLetIn = true;
    // The vendor says the same of a token that never was and of one that has run out or was withdrawn.
    const expired = !result.ok && result.error.code === "credential_refused" && this.#wasLetIn;
    return expired ? err({ ...result.error, code: "credential_expired" }) : result;
  }

  /** Reads what is stored, and notes since when it can have been so. */
  async stored(
    signal: AbortSignal,
  ): Promise<Result<{ readonly value: string; readonly since: number }, ConnectorFault>> {
    const read = await this.#setting("GET", readSetting, signal);
    if (!read.ok) return read;
    if (this.#stored?.value !== read.value) this.#stored = { value: read.value, since: this.#settings.clock.now() };
    return ok(this.#stored);
  }

  async store(value: string, signal: AbortSignal): Promise<Result<undefined, ConnectorFault>> {
    const done = await this.#setting("POST", readDone, signal, JSON.stringify({ value }));
    if (!done.ok) return done;
    const read = await this.stored(signal);
    if (!read.ok) return read;
    if (read.value.value !== value) return err(refuses("not_stored", "the server accepted the list and kept another"));
    return ok(undefined);
  }

  async version(signal: AbortSignal): Promise<string | undefined> {
    const now = this.#settings.clock.now();
    if (this.#version !== undefined && now - this.#version.at < VERSION_LIFE_MS) return this.#version.text;
    const answer = await this.#call("GET", INFO_PATH, signal);
    if (!answer.ok) return undefined;
    this.#version = { text: readVersion(answer.value), at: now };
    return this.#version.text;
  }
}

const suffixWarning = (names: ReadonlySet<ServerName>, version: string | undefined): string => {
  if (names.size === 0 || !mayMatchSuffix(version)) return "";
  const shown = [...names].slice(0, 5).map(lookAlikeOf).join(", ");
  return `version ${version ?? "unknown"} may match by suffix: ${shown} would be let in`;
};

const observeWith = async (
  session: RocketChatSession,
  { clock }: ConnectorSettings,
  signal: AbortSignal,
): Promise<Result<Observed, ConnectorFault>> => {
  const [read, version] = await Promise.all([session.stored(signal), session.version(signal)]);
  if (!read.ok) return read;
  const now = clock.now();
  const stored = policyOf(read.value.value);
  const effectiveAt = later(instant(read.value.since), CACHE_MS);
  const cached = effectiveAt > now;
  const alarms: readonly Alarm[] = stored.mode === "open" ? ["open"] : [];
  const policy = cached ? ({ mode: "unknown", why: "cache" } as const) : stored;
  return ok({
    stored,
    effective: [{ name: PROCESS, seenAt: now, policy }],
    ...(cached ? { effectiveAt } : {}),
    alarms,
    detail: stored.mode === "closed" ? suffixWarning(stored.allow, version) : "",
  });
};

const applyWith = async (
  session: RocketChatSession,
  { serverName }: ConnectorSettings,
  { list }: Change,
  signal: AbortSignal,
): Promise<Result<Applied, ConnectorFault>> => {
  if (list.audience !== serverName) return err(refuses("wrong_audience", list.audience));
  // Where the agency only observes, nothing is written.
  if (list.mode === "observe") return ok("applied");
  const impossible = list.names.filter(cannotFederate);
  // What can be held is held first: a name that cannot be must not keep another from being shut.
  const done = await session.store(listValue(list.names.filter((name) => !cannotFederate(name))), signal);
  if (!done.ok) return done;
  return impossible.length === 0 ? ok("applied") : err(refuses("port_in_name", impossible.join(" ")));
};

/** A Rocket.Chat with native federation: its list is one setting, written with a personal token and read back. */
export const rocketchatConnector: ConnectorFactory = (settings): Connector => {
  const session = new RocketChatSession(settings);
  return {
    kind: "rocketchat",
    limits: ROCKETCHAT_LIMITS,
    observe: (signal) => observeWith(session, settings, signal),
    apply: (change, signal) => applyWith(session, settings, change, signal),
    resetDestination: false,
  };
};
