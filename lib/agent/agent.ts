import type { Connector, Observed, SignedList } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { planChange } from "#lib/domain/allow-list.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { instant, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { type Accepted, NOTHING_ACCEPTED, type Pins } from "#lib/signing/signing.ts";
import { withConsentEnds } from "./consent-ends.ts";
import type { LocalDeny } from "./deny.ts";
import { type Identity, loadProgress, type Progress, saveProgress } from "./identity.ts";
import { ownList } from "./own-list.ts";
import type { Portal, PortalFault } from "./portal.ts";
import { pullBody } from "./pull.ts";
import { essenceOf, makeReceipt, type ReceiptMeans, type Settled } from "./receipt.ts";
import { confirmAccepted, loadAccepted, saveAccepted } from "./state.ts";
import { type Pulled, takeDocuments } from "./take.ts";
import { type Wish, wishOf } from "./wish.ts";

/** At least this often the server is looked at and a receipt given, though nothing changed (ms). */
const LOOK_EVERY = MINUTE;
const REPORT_EVERY = 5 * MINUTE;
/** How long to leave a server in peace that did not take its list (ms). */
const RETRY_EVERY = 15 * SECOND;

export type AgentMeans = {
  readonly identity: Identity;
  /** What the operator holds documents to. */
  readonly pins: Pins;
  /** How long the stored list may be out of reach before the server is shut, ms; 0 for ever. */
  readonly lease: number;
  readonly portal: Portal;
  readonly connector: Connector;
  readonly deny: LocalDeny;
  /** Folder of the agent's own. */
  readonly folder: string;
  readonly clock: Clock;
  readonly software: string;
  /** Told once of each thing that is new: what happened, and its details. */
  readonly say: (what: string, details: Readonly<Record<string, unknown>>) => void;
};

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
const broken = (thrown: unknown): Result<never, ConnectorFault> =>
  err({ code: "broken", detail: messageOf(thrown), kind: "away" });
const worded = ({ code, detail }: ConnectorFault): string => `${code}: ${detail}`.slice(0, 500);

/** One list held beside one homeserver: what was accepted, what the server was made to hold, and what was said of it. */
export class Agent {
  readonly #means: AgentMeans;
  readonly #pins: Pins;
  readonly #boot = newId();
  /** Why the stored list does not hold: all is shut then, and nothing is taken until the agent has enrolled anew. */
  readonly #broken: ConnectorFault | undefined;
  #confirmed: number;
  #state: Accepted;
  #progress: Progress;
  #applied = "";
  #tried = { key: "", at: 0 };
  #observed: { readonly at: number; readonly seen: Observed } | undefined;
  #fault: string | undefined;
  #reported: { readonly essence: string; readonly at: number } | undefined;
  #said = "";
  #warned: string | undefined;
  #lane: Promise<unknown> = Promise.resolve();

  private constructor(means: AgentMeans, state: Result<Accepted, ConnectorFault>, progress: Progress) {
    this.#means = means;
    this.#pins = means.pins;
    this.#confirmed = means.clock.now();
    this.#broken = state.ok ? undefined : state.error;
    this.#state = state.ok ? state.value : NOTHING_ACCEPTED;
    this.#progress = progress;
  }

  /**
   * Takes up what stands in the folder, verified anew. A stored list that does not hold shuts the server (law 7): nothing
   * is begun anew over it. Progress that does not hold costs only the memory of what was last applied.
   */
  static async load(means: AgentMeans): Promise<Agent> {
    const state = await loadAccepted(means.folder, means.pins);
    const progress = await loadProgress(means.folder);
    const agent = new Agent(means, state, progress.ok ? progress.value : { sequence: 0 });
    if (!state.ok)
      agent.#say("the stored list does not hold: everything is shut until this agent enrols anew", { ...state.error });
    if (!progress.ok) agent.#say("the progress is begun anew", { ...progress.error });
    return agent;
  }

  /** The list in force, for whoever looks on. */
  get held(): { readonly epoch: number; readonly version: number } | undefined {
    return this.#state.list?.fields;
  }

  #say(what: string, details: Readonly<Record<string, unknown>>): void {
    const text = JSON.stringify([what, details]);
    if (text === this.#said) return;
    this.#said = text;
    this.#means.say(what, details);
  }

  /**
   * Asks the portal once, takes what came and settles it.
   *
   * @param wait how long the portal may hold the question open, ms
   */
  async turn(wait: number, signal: AbortSignal): Promise<Result<true, PortalFault>> {
    if (this.#broken !== undefined) {
      await this.settle(signal);
      return err({ kind: "refused", code: this.#broken.code, detail: this.#broken.detail });
    }
    const { identity, portal, clock } = this.#means;
    const wish = { enforcementPoint: identity.enforcementPoint, wait, issuedAt: clock.now(), nonce: newSecret() };
    const signer = { keyId: identity.keyId, privateKey: identity.privateKey };
    const answer = await portal.pull(pullBody(this.#pins, this.#state, wish, signer), wait, signal);
    if (!answer.ok) {
      if (signal.aborted) return answer;
      const { code, detail, clock: theirs } = answer.error;
      const off = theirs === undefined ? {} : { own_clock_off_ms: clock.now() - theirs };
      this.#say("the portal gives no answer", { code, detail, ...off });
      return answer;
    }
    const taken = await this.take(answer.value);
    const settled = await this.settle(signal);
    return taken.ok ? settled : taken;
  }

  /** Takes documents, however they came. What a law refuses is said, and what was in force stays. */
  async take(documents: readonly Pulled[]): Promise<Result<true, PortalFault>> {
    const { clock, folder } = this.#means;
    if (this.#broken !== undefined) return err({ ...this.#broken, kind: "refused" });
    const taken = takeDocuments(this.#pins, this.#state, documents, clock.now());
    if (taken.state !== this.#state) {
      const saved = await saveAccepted(folder, taken.state);
      // A list that cannot be kept is obeyed all the same: it may shut a door. It is asked for again after a restart.
      if (!saved.ok) this.#say("the list cannot be kept", { code: saved.error.code, detail: saved.error.detail });
      const news = taken.state.list?.text !== this.#state.list?.text;
      this.#state = taken.state;
      if (news) this.#say("a list was accepted", { epoch: this.held?.epoch, version: this.held?.version });
    }
    if (taken.refused === undefined) return ok(true);
    const { kind, code, detail } = taken.refused;
    this.#say(`a ${kind} was refused`, { code, detail });
    return err({ kind: "refused", code, detail });
  }

  /** Brings the server to what is in force now and reports it where that is news; one at a time. */
  settle(signal: AbortSignal): Promise<Result<true, PortalFault>> {
    const next = this.#lane.then(() => this.#settle(signal));
    this.#lane = next.catch(() => undefined);
    return next;
  }

  async #leaseOver(): Promise<boolean> {
    const { lease, folder, clock } = this.#means;
    if (lease === 0 || this.#broken !== undefined) return false;
    if (await confirmAccepted(folder, this.#state)) this.#confirmed = clock.now();
    return clock.now() - this.#confirmed > lease;
  }

  async #wish(signal: AbortSignal): Promise<Wish> {
    const { deny, clock, folder } = this.#means;
    this.#state = await withConsentEnds(folder, this.#pins, this.#state);
    const standing = {
      pins: this.#pins,
      state: this.#state,
      broken: this.#broken,
      leaseOver: await this.#leaseOver(),
      denied: await deny.read(),
    };
    const wish = wishOf({ ...standing, stored: this.#observed?.seen.stored }, clock.now());
    const late = clock.now() - (this.#observed?.at ?? 0) >= LOOK_EVERY;
    if (wish.bySight !== true || !late) return wish;
    // What the server stores decides what is left of it: it is looked at before anything is taken from it.
    const seen = await this.#look(signal);
    return wishOf({ ...standing, stored: seen?.stored }, clock.now());
  }

  async #settle(signal: AbortSignal): Promise<Result<true, PortalFault>> {
    const wish = await this.#wish(signal);
    if (wish.hold === "nothing") {
      this.#applied = "";
      this.#fault = undefined;
    } else await this.#hold(wish, signal);
    const denyFault = this.#means.deny.fault;
    const unread = denyFault === undefined ? undefined : `local_deny_unreadable: ${denyFault}`;
    const own = wish.fault ?? unread;
    if (own !== this.#warned) this.#say("more is shut than the list says", { fault: own ?? "no longer" });
    this.#warned = own;
    const fault = this.#fault ?? own;
    const { names, deny } = wish;
    const settled = { held: wish.hold !== "nothing" || deny.length > 0, names, deny, observed: this.#observed?.seen };
    return this.#report({ ...settled, ...(fault === undefined ? {} : { fault }) }, signal);
  }

  #listOf({ hold, names }: Wish): SignedList {
    const { list, keyset, listKeyset, renewal } = this.#state;
    const { audience } = this.#pins;
    if (hold === "own" || list === undefined) return ownList(audience, names, this.#means.clock.now());
    const { epoch, version, mode, expires_at } = list.fields;
    return {
      audience,
      epoch,
      version,
      digest: list.digest,
      mode,
      expiresAt: instant(renewal?.fields.expires_at ?? expires_at),
      names,
      keyset: (listKeyset ?? keyset)?.text ?? "",
      list: list.text,
      ...(renewal === undefined ? {} : { renewal: renewal.text }),
    };
  }

  async #look(signal: AbortSignal): Promise<Observed | undefined> {
    const seen = await this.#means.connector.observe(signal).catch(broken);
    if (seen.ok) this.#observed = { at: this.#means.clock.now(), seen: seen.value };
    else this.#fault = worded(seen.error);
    return seen.ok ? seen.value : undefined;
  }

  /** Whether the server was seen, lately, to hold just these names. */
  #holds(key: string, names: readonly ServerName[]): boolean {
    if (this.#applied !== key || this.#fault !== undefined || this.#observed === undefined) return false;
    const { stored } = this.#observed.seen;
    return (
      stored.mode === "unknown" || (stored.mode === "closed" && [...stored.allow].toSorted().join() === names.join())
    );
  }

  async #hold(wish: Wish, signal: AbortSignal): Promise<void> {
    const { names } = wish;
    const list = this.#listOf(wish);
    const key = JSON.stringify([list.epoch, list.version, list.digest, names]);
    const late = this.#means.clock.now() - (this.#observed?.at ?? 0) >= LOOK_EVERY;
    if (this.#holds(key, names) && !late && !this.#waits()) return;
    const now = this.#means.clock.now();
    const resting = this.#fault !== undefined && this.#tried.key === key && now - this.#tried.at < RETRY_EVERY;
    if (resting) return;
    this.#tried = { key, at: now };
    this.#fault = undefined;
    const before = await this.#look(signal);
    if (this.#holds(key, names) && before?.alarms.includes("open") !== true) return;
    const stored = before?.stored.mode === "closed" ? before.stored.allow : new Set<ServerName>();
    const change = { list, plan: planChange(stored, new Set(names)), own: wish.hold === "own" };
    const applied = await this.#means.connector.apply(change, signal).catch(broken);
    if (!applied.ok) {
      this.#fault = worded(applied.error);
      this.#say("the server does not take the list", { ...applied.error });
      return;
    }
    this.#applied = key;
    this.#fault = undefined;
    await this.#look(signal);
    if (applied.value === "awaiting_restart")
      this.#fault = "awaiting_restart: restart the server, it reads its list then";
    const { epoch, version, digest } = list;
    if (wish.hold === "own") return this.#say("the server holds the operator's own wish", { names: names.length });
    const at = this.#means.clock.now();
    this.#progress = { ...this.#progress, applied: { epoch, version, digest, at } };
    await saveProgress(this.#means.folder, this.#progress);
    this.#say("the server holds the list", { epoch, version, names: names.length });
  }

  /** Whether a cache at the server still holds something else, so that a later look shows more. */
  #waits(): boolean {
    const at = this.#observed?.seen.effectiveAt;
    return at !== undefined && at <= this.#means.clock.now();
  }

  async #report(settled: Settled, signal: AbortSignal): Promise<Result<true, PortalFault>> {
    const { identity, portal, clock, software, connector, folder, lease } = this.#means;
    const now = clock.now();
    const own = { identity, pins: this.#pins, boot: this.#boot, lease };
    const means: ReceiptMeans = { ...own, software, target: connector.kind };
    const essence = essenceOf(means, this.#state, this.#progress, settled, now);
    const text = canonicalJson(essence);
    const told = this.#reported?.essence === text && now - this.#reported.at < REPORT_EVERY;
    if (told) return ok(true);
    // By the clock, so that a folder put back from a copy does not repeat a number.
    this.#progress = { ...this.#progress, sequence: Math.max(this.#progress.sequence + 1, now) };
    const saved = await saveProgress(folder, this.#progress);
    if (!saved.ok) this.#say("the progress cannot be kept", { code: saved.error.code, detail: saved.error.detail });
    const sent = await portal.report(makeReceipt(essence, means, this.#progress, settled, now), signal);
    if (sent.ok) this.#reported = { essence: text, at: now };
    else this.#say("a receipt was not taken", { code: sent.error.code, detail: sent.error.detail });
    return sent;
  }
}
