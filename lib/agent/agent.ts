import type { Applied, Connector, Observed, SignedList } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { planChange } from "#lib/domain/allow-list.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { instant, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { type Accepted, inForce, type Pins } from "#lib/signing/signing.ts";
import type { LocalDeny } from "./deny.ts";
import { type Identity, loadProgress, type Progress, pinsOf, saveProgress } from "./identity.ts";
import type { Portal, PortalFault } from "./portal.ts";
import { pullBody } from "./pull.ts";
import { essenceOf, makeReceipt, type ReceiptMeans, type Settled } from "./receipt.ts";
import { loadAccepted, saveAccepted } from "./state.ts";
import { type Pulled, takeDocuments, toApply } from "./take.ts";

/** At least this often the server is looked at and a receipt given, though nothing changed (ms). */
const LOOK_EVERY = MINUTE;
const REPORT_EVERY = 5 * MINUTE;
/** How long to leave a server in peace that did not take its list (ms). */
const RETRY_EVERY = 15 * SECOND;

export type AgentMeans = {
  readonly identity: Identity;
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

type Wish = { readonly names: readonly ServerName[]; readonly deny: readonly ServerName[]; readonly enforce: boolean };

const worded = ({ code, detail }: ConnectorFault): string => `${code}: ${detail}`.slice(0, 500);

/** One list held beside one homeserver: what was accepted, what the server was made to hold, and what was said of it. */
export class Agent {
  readonly #means: AgentMeans;
  readonly #pins: Pins;
  readonly #boot = newId();
  #state: Accepted;
  #progress: Progress;
  #applied = "";
  #tried = { key: "", at: 0 };
  #observed: { readonly at: number; readonly seen: Observed } | undefined;
  #fault: string | undefined;
  #reported: { readonly essence: string; readonly at: number } | undefined;
  #said = "";
  #lane: Promise<unknown> = Promise.resolve();

  private constructor(means: AgentMeans, pins: Pins, state: Accepted, progress: Progress) {
    this.#means = means;
    this.#pins = pins;
    this.#state = state;
    this.#progress = progress;
  }

  /** Takes up what stands in the folder, verified anew. A file that does not hold is a fault: nothing is begun anew over it. */
  static async load(means: AgentMeans): Promise<Result<Agent, ConnectorFault>> {
    const pins = pinsOf(means.identity);
    const state = await loadAccepted(means.folder, pins);
    if (!state.ok) return state;
    const progress = await loadProgress(means.folder);
    return progress.ok ? ok(new Agent(means, pins, state.value, progress.value)) : progress;
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

  async #wish(): Promise<Wish> {
    const { deny, clock } = this.#means;
    const denied = await deny.read();
    const now = clock.now();
    const enforce = inForce(this.#pins, this.#state, now).mode === "enforce";
    if (denied === undefined) return { names: [], deny: [], enforce };
    const policy = toApply(this.#pins, this.#state, denied, now);
    const names = policy.mode === "closed" ? [...policy.allow].toSorted() : [];
    return { names, deny: [...denied], enforce };
  }

  async #settle(signal: AbortSignal): Promise<Result<true, PortalFault>> {
    if (this.#state.list === undefined) return ok(true);
    const wish = await this.#wish();
    if (wish.enforce) await this.#hold(wish, signal);
    const fault = this.#fault ?? this.#means.deny.fault;
    const observed = this.#observed?.seen;
    return this.#report({ ...wish, observed, ...(fault === undefined ? {} : { fault }) }, signal);
  }

  #listOf(names: readonly ServerName[]): SignedList {
    const { list, keyset, listKeyset, renewal } = this.#state;
    if (list === undefined) throw new TypeError("nothing is in force");
    const { epoch, version, mode, expires_at } = list.fields;
    return {
      audience: this.#pins.audience,
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
    const seen = await this.#means.connector.observe(signal);
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

  async #hold({ names }: Wish, signal: AbortSignal): Promise<void> {
    const list = this.#listOf(names);
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
    const applied = await this.#apply(list, planChange(stored, new Set(names)), signal);
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

  #apply(
    list: SignedList,
    plan: ReturnType<typeof planChange>,
    signal: AbortSignal,
  ): Promise<Result<Applied, ConnectorFault>> {
    return this.#means.connector.apply({ list, plan }, signal).catch((thrown: unknown) =>
      err({
        code: "broken",
        detail: thrown instanceof Error ? thrown.message : String(thrown),
        kind: "away" as const,
      }),
    );
  }

  async #report(settled: Settled, signal: AbortSignal): Promise<Result<true, PortalFault>> {
    const { identity, portal, clock, software, connector, folder } = this.#means;
    const now = clock.now();
    const means: ReceiptMeans = { identity, pins: this.#pins, boot: this.#boot, software, target: connector.kind };
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
