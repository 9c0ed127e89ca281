import { setTimeout as pause } from "node:timers/promises";
import type { Connector, Observed, SignedList } from "#lib/connectors/connector.ts";
import { planChange } from "#lib/domain/allow-list.ts";
import type { ConformanceFinding } from "#lib/domain/conformance.ts";
import { parseServerName, type ServerName, splitServerName } from "#lib/domain/server-name.ts";
import type { Verdict } from "#lib/matrix/probe-rules.ts";

/** A real server, and what may be done to it. Nothing that is done here opens a door or cuts a partner. */
export type ConformanceSubject = {
  readonly connector: Connector;
  /** The list that the portal holds in force there. */
  readonly desired: SignedList;
  /** An earlier one that was in force; absent where there was none. */
  readonly earlier?: SignedList;
  /** Asks from outside, as that name. */
  readonly probe: (origin: ServerName) => Promise<Verdict>;
  /** A name that is on no list. */
  readonly stranger: ServerName;
  /** Restarts the server. Returns what was said where it failed. Absent: nobody allowed it. */
  readonly restart?: () => Promise<string | undefined>;
  readonly signal: AbortSignal;
};

type Found = Pick<ConformanceFinding, "outcome" | "detail">;
const pass = (detail: string): Found => ({ outcome: "pass", detail });
const fail = (detail: string): Found => ({ outcome: "fail", detail });
const notTried = (detail: string): Found => ({ outcome: "not_tried", detail });

const BACK_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;

const listOf = (names: Iterable<string>): string => [...names].toSorted().join(" ");
const openAlarm = "the server lets everybody in";

/** What each process that was read obeys, against what it should. */
const judged = ({ stored, effective }: Observed, { names }: SignedList): Found => {
  const wanted = listOf(names);
  const read = effective.flatMap(({ policy }) => (policy.mode === "unknown" ? [] : [policy]));
  if (read.some(({ mode }) => mode === "open")) return fail(openAlarm);
  if (stored.mode === "open") return fail(`${openAlarm}, by what it has stored`);
  if (stored.mode === "closed" && listOf(stored.allow) !== wanted) return fail("what it has stored is not the list");
  if (read.length === 0) return notTried("it does not say what it obeys");
  const other = read.some((policy) => policy.mode === "closed" && listOf(policy.allow) !== wanted);
  return other ? fail("what it obeys is not the list") : pass(`${names.length} names, as signed`);
};

const readBack = async ({ connector, desired, signal }: ConformanceSubject): Promise<Found> => {
  const seen = await connector.observe(signal);
  if (seen.ok) return judged(seen.value, desired);
  const { code, detail, kind } = seen.error;
  return kind === "untrusted" ? fail(`its answer proves nothing: ${code} ${detail}`) : notTried(`${code} ${detail}`);
};

const closed = async ({ probe, stranger }: ConformanceSubject): Promise<Found> => {
  const verdict = await probe(stranger);
  if (verdict === "unknown") return notTried("its answer to a probe says neither yes nor no");
  return verdict === "not_listed" ? pass(`${stranger} is refused`) : fail(`${openAlarm}: ${stranger} was let in`);
};

const emptyList = async (subject: ConformanceSubject, shut: Found, read: Found): Promise<Found> => {
  const { names } = subject.desired;
  if (names.length > 0) return notTried(`an empty list would cut ${names.length} partners`);
  if (shut.outcome === "fail" || read.outcome === "fail") return fail("its list is empty, and it is not shut to all");
  return shut.outcome === "pass" ? pass("its list is empty, and a stranger is refused") : notTried(shut.detail);
};

const listed = async ({ desired, probe }: ConformanceSubject): Promise<Found> => {
  const [first] = desired.names;
  if (first === undefined) return notTried("its list is empty");
  const verdict = await probe(first);
  if (verdict === "unknown") return notTried("its answer to a probe says neither yes nor no");
  return verdict === "listed_or_open" ? pass(`${first} is let in`) : fail(`${first} is on the list and refused`);
};

/** Names that only look like one that is listed: longer at either end, another port, a letter for a dot. */
const lookAlikes = (name: ServerName): readonly ServerName[] => {
  const { host, port } = splitServerName(name);
  const end = port === undefined ? "" : `:${port}`;
  const texts = [`x${name}`, `x.${name}`, `${host}.x.example${end}`, host.replace(".", "x") + end];
  return [...texts, port === undefined ? `${host}:18448` : host].flatMap((text) => {
    const parsed = parseServerName(text);
    return parsed.ok && parsed.value !== name ? [parsed.value] : [];
  });
};

const suffix = async ({ desired, probe }: ConformanceSubject): Promise<Found> => {
  const [first] = desired.names;
  if (first === undefined) return notTried("its list is empty");
  const others = lookAlikes(first).filter((name) => !desired.names.includes(name));
  const verdicts: Verdict[] = [];
  for (const name of others) verdicts.push(await probe(name));
  const letIn = others.filter((_, at) => verdicts[at] === "listed_or_open");
  if (letIn.length > 0) return fail(`let in, though only alike: ${letIn.join(", ")}`);
  return verdicts.includes("unknown") ? notTried("a probe had no clear answer") : pass(`refused: ${others.join(", ")}`);
};

const stale = async (subject: ConformanceSubject): Promise<Found> => {
  const { connector, earlier, desired, signal } = subject;
  const { verifiesSignature, keepsOrder = verifiesSignature } = connector.limits;
  if (!keepsOrder) return notTried("this platform holds bare names, and cannot tell an old list from a new one");
  if (earlier === undefined) return notTried("there was no earlier list");
  // What an old list opens besides must stay shut even if the server takes it: only one that opens nothing more is sent.
  const more = earlier.names.filter((name) => !desired.names.includes(name));
  if (more.length > 0) return notTried("the earlier lists open doors that are shut now");
  const taken = await connector.apply({ list: earlier, plan: { add: [], remove: [] } }, signal);
  if (!taken.ok) {
    return taken.error.kind === "refuses" ? pass(`refused: ${taken.error.code}`) : notTried(taken.error.detail);
  }
  const plan = planChange(new Set(earlier.names), new Set(desired.names));
  const back = await connector.apply({ list: desired, plan }, signal);
  return fail(`the list before was taken; the present one ${back.ok ? "is in place again" : "could not be put back"}`);
};

const restarted = async (subject: ConformanceSubject): Promise<Found> => {
  const { connector, restart, signal } = subject;
  if (restart === undefined) return notTried("nobody allowed a restart (--restart COMMAND)");
  const before = await connector.observe(signal);
  const words = await restart();
  if (words !== undefined) return notTried(`the restart failed: ${words}`);
  const until = performance.now() + BACK_WITHIN_MS;
  let seen = await connector.observe(signal);
  const boot = before.ok ? before.value.receipt?.boot : undefined;
  const isNew = (): boolean => seen.ok && (boot === undefined || seen.value.receipt?.boot !== boot);
  while (!isNew() && performance.now() < until && !signal.aborted) {
    await pause(LOOK_EVERY_MS);
    seen = await connector.observe(signal);
  }
  if (!seen.ok) return fail(`after the restart it did not answer: ${seen.error.code} ${seen.error.detail}`);
  if (!isNew()) return notTried("it answers as the process that it was before: it was not restarted");
  const held = judged(seen.value, subject.desired);
  return held.outcome === "pass" ? pass("the same list after a restart") : held;
};

/**
 * Runs the contract on a real server as far as it allows, without cutting a partner or opening a door: closed, empty
 * list, look-alikes, an old list, a restart, the read-back. What could not be tried is said, each with why.
 */
export const runConformance = async (subject: ConformanceSubject): Promise<readonly ConformanceFinding[]> => {
  const read = await readBack(subject);
  const shut = await closed(subject);
  return [
    { check: "read_back", ...read },
    { check: "closed", ...shut },
    { check: "empty_list", ...(await emptyList(subject, shut, read)) },
    { check: "listed", ...(await listed(subject)) },
    { check: "suffix", ...(await suffix(subject)) },
    { check: "stale", ...(await stale(subject)) },
    { check: "restart", ...(await restarted(subject)) },
  ];
};
