import { pullBody } from "#lib/agent/pull.ts";
import { takeDocuments } from "#lib/agent/take.ts";
import { wishOf } from "#lib/agent/wish.ts";
import type { PullAnswer } from "#lib/contracts/agents.ts";
import { canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import { instant } from "#lib/domain/instant.ts";
import type { Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { answerPull } from "#lib/operations/answer-pull.ts";
import { enrolAnAgent } from "#lib/operations/enrol-agent.ts";
import { takeReceipt } from "#lib/operations/take-receipt.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { newKeyPair, signJson } from "#lib/platform/signed-json.ts";
import { type Accepted, DEFAULT_MAX_LIFE, isStale, NOTHING_ACCEPTED, type Pins } from "#lib/signing/signing.ts";
import { FEDERATION } from "./scene.fixture.ts";
import type { Member, World } from "./world.fixture.ts";

/** What an answer came to: `done`, or the code of its refusal. */
export const codeOf = (answer: Result<unknown, { readonly code: string }>): string =>
  answer.ok ? "done" : answer.error.code;

/** Has an agent fetch the member's list, and makes a one-time code for it. */
export const agentFor = async (world: World, member: Member) => {
  const [point] = await world.sql(
    `UPDATE enforcement_point SET kind = 'agent', mode = 'pull' WHERE homeserver_id = $1 RETURNING id::text`,
    [member.id],
  );
  const id = String(point?.["id"]);
  const code = newSecret();
  await world.sql(
    `INSERT INTO enrolment_code (id, enforcement_point_id, code_hash, made_by, at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [newId(), id, hashSecret(code), newId(), world.clock.now(), world.clock.now() + 86_400_000],
  );
  return { point: `ep_${id}`, code };
};

/** A program beside a server, as the specification has it, in the test's own hands. */
export class TestAgent {
  key: { readonly publicKey: string; readonly privateKey: string } = newKeyPair();
  keyId = `ed25519:agent-${newId().slice(-8)}`;
  readonly deny = new Set<ServerName>();
  boot = newId();
  sequence = 0;
  state: Accepted = NOTHING_ACCEPTED;
  readonly #world: World;
  readonly #member: Member;
  readonly #point: string;
  readonly pins: Pins;

  constructor(world: World, member: Member, point: string, root: string) {
    this.#world = world;
    this.#member = member;
    this.#point = point;
    this.pins = {
      federation: FEDERATION,
      audience: member.name,
      rootKeys: { "ed25519:root": root },
      rootKeysRequired: 1,
      lowestKeyset: { epoch: 1, serial: 1 },
      maxLife: DEFAULT_MAX_LIFE,
      requireConsents: false,
      consentKeys: {},
      beforeFirstList: "closed",
      observe: false,
    };
  }

  get #signer() {
    return { keyId: this.keyId, privateKey: this.key.privateKey };
  }
  asking(signal = new AbortController().signal) {
    return { now: this.#world.clock.now(), traceId: "t", signal };
  }
  sign(document: JsonObject): string {
    return canonicalJson(signJson(document, this.#member.name, this.#signer));
  }

  enrolment(code: string, over: JsonObject = {}): string {
    return this.sign({
      type: "tillit.enrolment.v1",
      code,
      audience: this.#member.name,
      key_id: this.keyId,
      key: this.key.publicKey,
      software: "test 1",
      issued_at: this.#world.clock.now(),
      nonce: newSecret(),
      ...over,
    });
  }
  enrol(code: string, over: JsonObject = {}) {
    return enrolAnAgent(this.enrolment(code, over), this.asking());
  }

  question({ wait = 0, issuedAt = Number(this.#world.clock.now()), nonce = newSecret() } = {}): string {
    const wish = { enforcementPoint: this.#point, wait, issuedAt: instant(issuedAt), nonce };
    return pullBody(this.pins, this.state, wish, this.#signer);
  }
  pull(wish: Parameters<TestAgent["question"]>[0] = {}, signal?: AbortSignal) {
    return answerPull(this.question(wish), this.asking(signal));
  }
  /** Takes what a pull answered. */
  take(answer: PullAnswer | undefined): void {
    const taken = takeDocuments(this.pins, this.state, answer?.documents ?? [], this.#world.clock.now());
    if (taken.refused !== undefined) throw new Error(taken.refused.code);
    this.state = taken.state;
  }

  #names(): readonly ServerName[] {
    const { pins, state, deny } = this;
    const standing = { pins, state, broken: undefined, leaseOver: false, denied: deny, stored: undefined };
    return wishOf(standing, this.#world.clock.now()).names;
  }
  lets(name: ServerName): boolean {
    return this.#names().includes(name);
  }

  receipt(over: JsonObject = {}): string {
    const { list } = this.state;
    const { epoch = 0, version = 0 } = list?.fields ?? {};
    const now = this.#world.clock.now();
    this.sequence += 1;
    return this.sign({
      type: "tillit.receipt.v1",
      federation: FEDERATION,
      audience: this.#member.name,
      enforcement_point: this.#point,
      boot: this.boot,
      sequence: this.sequence,
      answers: list?.digest ?? "",
      epoch,
      version,
      digest: list?.digest ?? "",
      mode: "enforce",
      stale: isStale(this.state, now),
      applied_at: now,
      instances: [{ name: "agent", epoch, version, seen_at: now }],
      effective_digest: digestOf({ mode: "closed", allow: [...this.#names()] }),
      local_deny: [...this.deny].toSorted(),
      lease_ms: 0,
      clock: now,
      software: "test 1",
      ...over,
    });
  }
  report(over: JsonObject = {}) {
    return takeReceipt(this.receipt(over), this.asking());
  }

  /** Asks, takes what came, and reports it. */
  async turn(wish: Parameters<TestAgent["question"]>[0] = {}) {
    const answer = await this.pull(wish);
    if (!answer.ok) throw new Error(`${answer.error.code} ${answer.error.detail}`);
    this.take(answer.value);
    if (this.state.list !== undefined) {
      const reported = await this.report();
      if (!reported.ok) throw new Error(`${reported.error.code} ${reported.error.detail}`);
    }
    return answer.value;
  }
}
