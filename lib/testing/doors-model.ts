import fc from "fast-check";
import type { RecordedAgreement } from "#lib/data/reconcile.ts";
import { type AllowList, compileAllowList, openNames } from "#lib/domain/allow-list.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { decideStop, type Stop, stoppedAgencies, stopState } from "#lib/domain/emergency.ts";
import { type AgencyId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { HOUR, type Instant, instant, later, MINUTE } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type AgreementFacts, decide, foldDecisions, type Move, type Side, termsDocument } from "#lib/domain/trust.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { readReasons } from "#lib/reconcile/reasons.ts";

const START = instant(1_800_000_000_000);
const SIZE = 4;
const PEOPLE = 6;

const nameOf = (at: number): ServerName => {
  const name = parseServerName(`chat.a${at}.example`);
  if (!name.ok) throw new RangeError("not a name");
  return name.value;
};
const many = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));
const AGENCIES = many(SIZE, () => idOf("agy", newId()));
const PERSONS = many(PEOPLE, () => idOf("per", newId()));
const NAMES = many(SIZE, nameOf);
/** The first agency asks two approvers of itself. */
const requiredBy = (agency: number): 1 | 2 => (agency === 0 ? 2 : 1);

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError("empty");
  return item;
};

// ── What the rules say, told as plainly as possible ─────────────────────────────────────────────────────────────────

type PlainAgreement = {
  readonly home: number;
  readonly partner: number;
  readonly asker: number;
  readonly begins: number;
  readonly ends: number;
  readonly said: Readonly<Record<Side, Set<number>>>;
  readonly pausedBy: Set<Side>;
  agreedAt: number | undefined;
  closed: boolean;
};
type PlainStop = {
  readonly agency: number;
  readonly starter: number;
  readonly real: boolean;
  lapses: number;
  over: boolean;
};
type Plain = { now: number; readonly agreements: PlainAgreement[]; readonly stops: PlainStop[] };

const complete = (agreement: PlainAgreement, side: Side): boolean =>
  agreement.said[side].size >= requiredBy(agreement[side]);
const stopped = ({ stops }: Plain, agency: number, now: number): boolean =>
  stops.some((stop) => stop.real && !stop.over && stop.agency === agency && now < stop.lapses);

/** A's list names B if and only if an agreement of both, consented to by both, says so, and nothing forbids it. */
const mayTalk = (plain: Plain, a: number, b: number, now: number): boolean =>
  plain.agreements.some(
    (agreement) =>
      new Set([agreement.home, agreement.partner, a, b]).size === 2 &&
      a !== b &&
      complete(agreement, "home") &&
      complete(agreement, "partner") &&
      !agreement.closed &&
      agreement.pausedBy.size === 0 &&
      agreement.begins <= now &&
      now < agreement.ends,
  ) &&
  !stopped(plain, a, now) &&
  !stopped(plain, b, now);

/** Whether a move is allowed, and what it does. */
const plainMove = (plain: Plain, agreement: PlainAgreement, side: Side, person: number, move: Move): boolean => {
  const { said, pausedBy } = agreement;
  const agreed = complete(agreement, "home") && complete(agreement, "partner");
  const heard = said.home.has(person) || said.partner.has(person);
  const mayConsent = person !== agreement.asker && !heard && plain.now < agreement.ends;
  const offered = complete(agreement, "home");
  const allowed: Partial<Record<Move, boolean>> = {
    endorse: side === "home" && !offered && mayConsent,
    accept: side === "partner" && offered && !agreed && mayConsent,
    decline: !agreed && side === (offered ? "partner" : "home"),
    withdraw: !agreed && side === "home",
    revoke: agreed,
    undo: agreed && plain.now - (agreement.agreedAt ?? 0) <= 10 * MINUTE,
    suspend: agreed && !pausedBy.has(side),
    resume: agreed && pausedBy.has(side),
  };
  if (agreement.closed || allowed[move] !== true) return false;
  if (move === "endorse" || move === "accept") said[side].add(person);
  else if (move === "suspend") pausedBy.add(side);
  else if (move === "resume") pausedBy.delete(side);
  else agreement.closed = true;
  if (move === "accept" && complete(agreement, "partner")) agreement.agreedAt = plain.now;
  return true;
};

// ── What the product does ───────────────────────────────────────────────────────────────────────────────────────────

type Real = { readonly compile: Compile; readonly agreements: RecordedAgreement[]; readonly stops: Stored[] };
type Stored = Stop & { readonly startedBy: PersonId };
/** Compiles one server's list from the record. */
export type Compile = (
  self: ServerName,
  agreements: readonly RecordedAgreement[],
  stops: readonly Stop[],
  now: Instant,
) => AllowList;
export const compileAsWorker: Compile = (self, agreements, stops, now) =>
  compileAllowList(self, readReasons(agreements, now, stoppedAgencies(stops, now)).reasons, now);

const hold = (what: string, said: unknown, plain: unknown): void => {
  if (said !== plain) throw new Error(`${what}: the product says ${String(said)}, the rules say ${String(plain)}`);
};

/** At every step: each list says what the rules say, so both sides' lists agree; and by itself none opens more later. */
const holds = (plain: Plain, { agreements, stops, compile }: Real): void => {
  const now = instant(plain.now);
  for (const [a, self] of NAMES.entries()) {
    const list = compile(self, agreements, stops, now);
    const open = openNames(list, now);
    for (const [b, name] of NAMES.entries()) hold(`${self} names ${name}`, open.has(name), mayTalk(plain, a, b, now));
    const ahead = later(now, 3 * HOUR);
    for (const [b, name] of NAMES.entries())
      if (openNames(list, ahead).has(name)) hold(`${self} names ${name} later`, true, mayTalk(plain, a, b, ahead));
  }
};

const record = (
  agreement: RecordedAgreement,
  add: Pick<RecordedAgreement["decisions"][number], "kind" | "side" | "at"> & {
    readonly agency: AgencyId;
    readonly person: PersonId;
  },
): RecordedAgreement => ({
  ...agreement,
  decisions: [...agreement.decisions, { ...add, id: idOf("dec", newId()), version: 1, digest: agreement.digest }],
});

class Step implements fc.Command<Plain, Real> {
  readonly #says: string;
  readonly #act: (plain: Plain, real: Real) => void;
  constructor(says: string, act: (plain: Plain, real: Real) => void) {
    this.#says = says;
    this.#act = act;
  }
  check = (): boolean => true;
  run(plain: Plain, real: Real): void {
    this.#act(plain, real);
    holds(plain, real);
  }
  toString = (): string => this.#says;
}

const request = (home: number, partner: number, asker: number, wait: number, life: number): Step =>
  new Step(`request ${home}→${partner} by ${asker} in ${wait} for ${life}`, (plain, real) => {
    if (home === partner) return;
    const [start, end] = [instant(plain.now + wait), instant(plain.now + wait + life)];
    const terms = canonicalJson(
      termsDocument("test.tillit.example", {
        purpose: "chat",
        parties: { home: [`orgnr:${home}`], partner: [`orgnr:${partner}`] },
        servers: { home: [at(NAMES, home)], partner: [at(NAMES, partner)] },
        start,
        end,
      }),
    );
    const made: RecordedAgreement = {
      id: idOf("agr", newId()),
      version: 1,
      number: 1,
      terms,
      digest: digestOfBytes(terms),
      parties: [
        { agency: at(AGENCIES, home), side: "home", approversRequired: requiredBy(home) },
        { agency: at(AGENCIES, partner), side: "partner", approversRequired: requiredBy(partner) },
      ],
      decisions: [],
    };
    const [agency, person] = [at(AGENCIES, home), at(PERSONS, asker)];
    real.agreements.push(record(made, { kind: "request", side: "home", agency, person, at: instant(plain.now) }));
    plain.agreements.push({
      home,
      partner,
      asker,
      begins: start,
      ends: end,
      said: { home: new Set(), partner: new Set() },
      pausedBy: new Set(),
      agreedAt: undefined,
      closed: false,
    });
  });

const makeMove = (which: number, side: Side, who: number, move: Move): Step =>
  new Step(`${move} ${which} as ${side} by ${who}`, (plain, real) => {
    if (plain.agreements.length === 0) return;
    const place = which % plain.agreements.length;
    const [told, agreement] = [at(plain.agreements, place), at(real.agreements, place)];
    const [agency, person, now] = [at(AGENCIES, told[side]), at(PERSONS, who), instant(plain.now)];
    const facts: AgreementFacts = {
      parties: agreement.parties,
      version: 1,
      digest: agreement.digest,
      start: instant(told.begins),
      end: instant(told.ends),
    };
    const decisions = agreement.decisions.map(({ person: by, ...rest }) =>
      by === undefined ? rest : { ...rest, person: by },
    );
    const attempt = { agency, person, move, digest: agreement.digest, reason: "r", at: now };
    const decided = decide(facts, foldDecisions(facts, decisions), attempt);
    hold(`${move} is allowed`, decided.ok, plainMove(plain, told, side, who, move));
    if (decided.ok) real.agreements[place] = record(agreement, { kind: move, side, agency, person, at: now });
  });

const stop = (agency: number, starter: number, own: boolean, exercise: boolean): Step =>
  new Step(`${exercise ? "exercise" : "stop"} ${agency} ${own ? "by itself" : "everywhere"}`, (plain, real) => {
    const startedAt = instant(plain.now);
    real.stops.push({
      agency: at(AGENCIES, agency),
      scope: own ? "own" : "federation",
      exercise,
      startedAt,
      startedBy: at(PERSONS, starter),
    });
    const lapses = own ? Number.POSITIVE_INFINITY : plain.now + HOUR;
    plain.stops.push({ agency, starter, real: !exercise, lapses, over: false });
  });

const endStop = (which: number, who: number, move: "confirm" | "lift"): Step =>
  new Step(`${move} stop ${which} by ${who}`, (plain, real) => {
    if (plain.stops.length === 0) return;
    const place = which % plain.stops.length;
    const [told, stored, now] = [at(plain.stops, place), at(real.stops, place), instant(plain.now)];
    const stands = !told.over && plain.now < told.lapses;
    const may = stands && (move === "lift" || (Number.isFinite(told.lapses) && told.starter !== who));
    hold(`${move} of a stop`, decideStop(stored, { move, person: at(PERSONS, who), at: now }).ok, may);
    if (!may) return;
    if (move === "lift") told.over = true;
    else told.lapses = Number.POSITIVE_INFINITY;
    real.stops[place] = { ...stored, ...(move === "lift" ? { endedAt: now } : { confirmedAt: now }) };
    if (move === "lift") hold("a lifted stop", stopState(at(real.stops, place), now), "lifted");
  });

const wait = (ms: number): Step =>
  new Step(`wait ${ms}`, (plain) => {
    plain.now += ms;
  });

const agency = fc.nat(SIZE - 1);
const person = fc.nat(PEOPLE - 1);
const index = fc.nat(5);
const side = fc.constantFrom<Side>("home", "partner");
const MOVES: readonly Move[] = ["endorse", "accept", "decline", "withdraw", "revoke", "undo", "suspend", "resume"];
const some = (...times: readonly number[]) => fc.constantFrom(...times);
const CONSENT: readonly Move[] = ["endorse", "accept"];
const consenting = fc
  .tuple(index, person, fc.constantFrom(...CONSENT))
  .map(([which, who, move]) => makeMove(which, move === "endorse" ? "home" : "partner", who, move));

const COMMANDS = [
  fc.tuple(agency, agency, person, some(0, 0, HOUR), some(HOUR, 4 * HOUR, 400 * HOUR)).map((all) => request(...all)),
  consenting,
  consenting,
  fc.tuple(index, side, person, fc.constantFrom(...MOVES)).map((all) => makeMove(...all)),
  fc.tuple(agency, person, fc.boolean(), fc.boolean()).map((all) => stop(...all)),
  fc.tuple(index, person, fc.constantFrom("confirm" as const, "lift" as const)).map((all) => endStop(...all)),
  some(1, 5 * MINUTE, 10 * MINUTE, HOUR - 1, HOUR, 5 * HOUR).map(wait),
];

/** What a run came to: `failure` is the shortest sequence that breaks a rule, with what it broke. */
export type ModelRun = { readonly runs: number; readonly seed: number; readonly failure: string | undefined };

/** Plays random sequences of acts against the rules told plainly; every step is checked for every pair of servers. */
export const runDoorsModel = (runs: number, seed: number, compile: Compile = compileAsWorker): ModelRun => {
  const property = fc.property(fc.commands(COMMANDS, { maxCommands: 40, size: "max" }), (commands) => {
    fc.modelRun(
      () => ({ model: { now: START, agreements: [], stops: [] }, real: { compile, agreements: [], stops: [] } }),
      commands,
    );
  });
  const { numRuns, counterexample, errorInstance } = fc.check(property, { numRuns: runs, seed });
  if (counterexample === null) return { runs: numRuns, seed, failure: undefined };
  const why = errorInstance instanceof Error ? errorInstance.message : "";
  return { runs: numRuns, seed, failure: `${String(counterexample[0])}: ${why}` };
};
