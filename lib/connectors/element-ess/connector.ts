import type { Policy } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { HttpAnswer } from "#lib/platform/http.ts";
import { MAX_ENTRIES } from "#lib/signing/documents.ts";
import type { Alarm, Change, Connector, Limits, Observed } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";
import type { ConnectorFactory, ConnectorSettings } from "../settings.ts";
import {
  awayOf,
  type Entries,
  ESS_VERSION,
  faultOf,
  PAGE,
  PLACEHOLDER,
  readPage,
  sortEntries,
  WHITELIST,
} from "./wire.ts";

/** What the gateway's interface can do. It keeps no signature, and tells nothing but the list itself. */
export const ELEMENT_ESS_LIMITS: Limits = {
  takesEffect: "at_once",
  effectWithin: 5_000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: true,
  verifiesSignature: false,
};

const TIMEOUT_MS = 10_000;
/** A list that is being written while it is read is read again this often before it is given up. */
const READINGS = 3;

const refuses = (code: string, detail: string): ConnectorFault => ({ code, detail, kind: "refuses" });

type Call = { readonly path: string; readonly method?: "GET" | "PUT" | "DELETE"; readonly names?: readonly string[] };

const call = async (
  { endpoint, credentials, http }: ConnectorSettings,
  { path, method = "GET", names }: Call,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, ConnectorFault>> => {
  const answer = await http(`${endpoint.url.replace(/\/+$/, "")}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${credentials["adminToken"] ?? ""}`,
      ...(names === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(names === undefined ? {} : { body: JSON.stringify({ server_names: names }) }),
    ca: endpoint.ca,
    resolveTo: endpoint.resolveTo,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (!answer.ok) return err(awayOf(answer.error));
  return answer.value.status === 200 ? answer : err(faultOf(answer.value));
};

/** All pages once; undefined where the list changed between two of them. */
const readOnce = async (
  settings: ConnectorSettings,
  signal: AbortSignal,
): Promise<Result<readonly string[] | undefined, ConnectorFault>> => {
  const entries: string[] = [];
  let total = Number.POSITIVE_INFINITY;
  for (let at = 0; entries.length < total; at += 1) {
    if (at * PAGE > MAX_ENTRIES + PAGE) return err(refuses("too_many", `over ${MAX_ENTRIES} entries`));
    const answer = await call(settings, { path: `${WHITELIST}?page=${at}&limit=${PAGE}` }, signal);
    if (!answer.ok) return answer;
    const page = readPage(answer.value);
    if (!page.ok) return page;
    if (at > 0 && page.value.total !== total) return ok(undefined);
    total = page.value.total;
    if (page.value.entries.length === 0 && entries.length < total) return ok(undefined);
    entries.push(...page.value.entries);
  }
  return new Set(entries).size === total ? ok(entries) : ok(undefined);
};

const readAll = async (
  settings: ConnectorSettings,
  signal: AbortSignal,
): Promise<Result<readonly string[], ConnectorFault>> => {
  for (let tries = 0; tries < READINGS; tries += 1) {
    const read = await readOnce(settings, signal);
    if (!read.ok) return read;
    if (read.value !== undefined) return ok(read.value);
  }
  return err({ code: "list_moving", detail: "the list changed while it was read", kind: "away" });
};

const inPages = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / PAGE) }, (_, at) => names.slice(at * PAGE, (at + 1) * PAGE));

const write = async (
  settings: ConnectorSettings,
  method: "PUT" | "DELETE",
  names: readonly string[],
  signal: AbortSignal,
): Promise<ConnectorFault | undefined> => {
  for (const page of inPages(names)) {
    const answer = await call(settings, { path: WHITELIST, method, names: page }, signal);
    if (!answer.ok) return answer.error;
  }
  return undefined;
};

type Difference = { readonly add: readonly string[]; readonly remove: readonly string[] };

const differenceOf = (
  entries: readonly string[],
  wanted: ReadonlySet<string>,
  { serverName }: ConnectorSettings,
): Difference => {
  const there = new Set(entries);
  return {
    add: [...wanted].filter((name) => !there.has(name)),
    // The server's own name is its operator's affair: it opens no door.
    remove: [...there].filter((entry) => entry !== PLACEHOLDER && entry !== serverName && !wanted.has(entry)),
  };
};

const isNothing = ({ add, remove }: Difference): boolean => add.length === 0 && remove.length === 0;

/**
 * Brings the gateway's list to these names: first the placeholder, so that it is never empty; then what goes; then what
 * comes. What stopped midway is finished by the next call, since each begins by reading what is there.
 */
const applyWith = async (
  settings: ConnectorSettings,
  { list }: Change,
  signal: AbortSignal,
): Promise<Result<"applied", ConnectorFault>> => {
  if (list.audience !== settings.serverName) return err(refuses("other_server", `the list is for ${list.audience}`));
  if (list.names.length > ELEMENT_ESS_LIMITS.maxNames) return err(refuses("too_many", `${list.names.length} names`));
  const before = await readAll(settings, signal);
  if (!before.ok) return before;
  // The gateway has no watching without holding: to observe is to leave its list as it is.
  if (list.mode === "observe") return ok("applied");
  const wanted = new Set<string>(list.names);
  const difference = differenceOf(before.value, wanted, settings);
  const guarded = before.value.includes(PLACEHOLDER);
  if (guarded && isNothing(difference)) return ok("applied");
  const fault =
    (guarded ? undefined : await write(settings, "PUT", [PLACEHOLDER], signal)) ??
    (await write(settings, "DELETE", difference.remove, signal)) ??
    (await write(settings, "PUT", difference.add, signal));
  if (fault !== undefined) return err(fault);
  const after = await readAll(settings, signal);
  if (!after.ok) return after;
  const left = differenceOf(after.value, wanted, settings);
  if (isNothing(left) && after.value.includes(PLACEHOLDER)) return ok("applied");
  const detail = `answered 200, and yet ${left.add.length} names are missing and ${left.remove.length} too many`;
  return err({ code: "not_applied", detail, kind: "untrusted" });
};

const policyOf = (entries: readonly string[], { names, loose }: Entries): Policy =>
  loose.length > 0 || entries.length === 0 ? { mode: "open" } : { mode: "closed", allow: names };

const seenAs = (settings: ConnectorSettings, policy: Policy, detail: string): Observed => {
  const alarms: readonly Alarm[] = policy.mode === "open" ? ["open"] : [];
  const seenAt = settings.clock.now();
  return {
    stored: policy,
    effective: [{ name: "gateway", seenAt, policy }],
    alarms,
    detail,
  };
};

const wordsOn = ({ loose }: Entries, entries: readonly string[]): string => {
  if (entries.length === 0) return "the list is empty";
  return loose.length === 0 ? "" : `entries that may let in many: ${loose.slice(0, 5).join(", ").slice(0, 200)}`;
};

const observeWith = async (
  settings: ConnectorSettings,
  signal: AbortSignal,
): Promise<Result<Observed, ConnectorFault>> => {
  const read = await readAll(settings, signal);
  if (read.ok) {
    const sorted = sortEntries(read.value);
    return ok(seenAs(settings, policyOf(read.value, sorted), wordsOn(sorted, read.value)));
  }
  if (read.error.code !== "module_absent") return read;
  // A server of the suite without that module has no list at all: whatever it lets in, nobody holds it shut.
  const suite = await call(settings, { path: ESS_VERSION }, signal);
  return suite.ok ? ok(seenAs(settings, { mode: "open" }, "the module that holds the list is not there")) : read;
};

/** Element's paid suite: the allow-list of its gateway, read whole, changed entry by entry, read back. */
export const elementEssConnector: ConnectorFactory = (settings): Connector => ({
  kind: "element_ess",
  limits: ELEMENT_ESS_LIMITS,
  observe: (signal) => observeWith(settings, signal),
  apply: (change, signal) => applyWith(settings, change, signal),
  resetDestination: false,
});
