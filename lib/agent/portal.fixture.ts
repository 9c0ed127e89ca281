import { newAuthority } from "#lib/connectors/contract.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http, HttpAnswer } from "#lib/platform/http.ts";
import { newSecret } from "#lib/platform/ids.ts";
import { verifyEnrolment, verifyPull } from "#lib/signing/agent-requests.ts";
import { type LawRefusal, type ReceiptDocument, readReceipt } from "#lib/signing/documents.ts";
import { makeRenewal, verifyReceipt } from "#lib/signing/signing.ts";
import type { Pulled } from "./take.ts";

const POINT = "ep_00000000-0000-7000-8000-000000000001";
const answer = (url: string, status: number, body: unknown): { ok: true; value: HttpAnswer } =>
  ok({ status, headers: {}, url, body: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)) });

/** A portal as the specification has it, for one server, in the test's own hands: its signatures and its checks are real. */
export class PortalDouble {
  readonly authority: ReturnType<typeof newAuthority>;
  readonly receipts: ReceiptDocument[] = [];
  readonly refused: string[] = [];
  readonly self: ServerName;
  readonly #clock: Clock;
  readonly #nonces = new Set<string>();
  code: string | undefined = newSecret();
  /** Whether the link stands. */
  up = true;
  key: { readonly id: string; readonly key: string } | undefined;
  #newest: ReturnType<ReturnType<typeof newAuthority>["next"]> | undefined;
  #renewal: { readonly at: number; readonly bytes: string } | undefined;
  #sequence = 0;

  constructor(self: ServerName, clock: Clock, authority = newAuthority("federation.example", self, () => clock.now())) {
    this.self = self;
    this.#clock = clock;
    this.authority = authority;
  }

  /** Signs the next list. */
  sign(names: readonly ServerName[], over: Parameters<ReturnType<typeof newAuthority>["next"]>[1] = {}): void {
    this.#newest = this.authority.next(names, over);
    this.#renewal = undefined;
  }

  /** Signs that the list in force lives on. */
  renew(life: number): void {
    const { list } = this.#newest ?? {};
    if (list === undefined) throw new Error("nothing to renew");
    const at = this.#clock.now();
    const { epoch, version, digest } = list;
    const place = { federation: this.authority.federation, audience: this.self, epoch, version, digest };
    const expiresAt = (at + life) as Instant;
    this.#renewal = { at, bytes: makeRenewal({ ...place, issuedAt: at, expiresAt }, this.authority.signer) };
  }

  get newestVersion(): number {
    return this.#newest?.list.version ?? 0;
  }

  #deny(url: string, { code, detail }: LawRefusal) {
    this.refused.push(code);
    const clock = code === "TILLIT_TIME" ? { clock: this.#clock.now() } : {};
    return answer(url, 403, { errcode: code, error: detail, ...clock });
  }

  #enrol(url: string, body: string) {
    const read = verifyEnrolment(body, this.#clock.now());
    if (!read.ok) return this.#deny(url, read.error);
    if (read.value.code !== this.code) return this.#deny(url, { code: "TILLIT_FORBIDDEN", detail: "" });
    this.code = undefined;
    this.key = { id: read.value.key_id, key: read.value.key };
    const { federation, rootKeys } = this.authority;
    return answer(url, 200, { federation, enforcement_point: POINT, root_keys: rootKeys });
  }

  async #pull(url: string, body: string) {
    const { id = "", key = "" } = this.key ?? {};
    const { federation } = this.authority;
    const known = { federation, audience: this.self, enforcementPoint: POINT, keys: { [id]: key } };
    const read = await verifyPull(body, this.#clock.now(), async () => known);
    if (!read.ok) return this.#deny(url, read.error);
    if (this.#nonces.has(read.value.nonce)) return this.#deny(url, { code: "TILLIT_NONCE", detail: "" });
    this.#nonces.add(read.value.nonce);
    const documents = this.#missing(read.value);
    return documents.length === 0 ? answer(url, 204, undefined) : answer(url, 200, { documents });
  }

  #missing(held: { keyset: string; list: string; renewal: number }): readonly Pulled[] {
    const { list } = this.#newest ?? {};
    if (list === undefined) return [];
    const news = held.list !== `${list.epoch}.${list.version}`;
    const renewal = this.#renewal;
    return [
      ...(held.keyset === "0.0" ? [{ kind: "keyset" as const, bytes: list.keyset }] : []),
      ...(news ? [{ kind: "list" as const, bytes: list.list }] : []),
      ...(renewal !== undefined && renewal.at > held.renewal
        ? [{ kind: "renewal" as const, bytes: renewal.bytes }]
        : []),
    ];
  }

  #take(url: string, body: string) {
    const form = readReceipt(body);
    if (!form.ok) return this.#deny(url, form.error);
    const { id = "", key = "" } = this.key ?? {};
    const read = verifyReceipt(body, {
      federation: this.authority.federation,
      audience: this.self,
      signedBy: this.self,
      keys: { [id]: key },
      above: this.#sequence,
      answers: form.value.fields.answers,
    });
    if (!read.ok) return this.#deny(url, { code: "TILLIT_NONCE", detail: read.error.detail });
    this.#sequence = read.value.fields.sequence;
    this.receipts.push(read.value.fields);
    return answer(url, 200, {});
  }

  /** The way to it. */
  readonly http: Http = async (url, request = {}) => {
    if (!this.up) return err({ code: "refused", detail: "the link is down" });
    const body = String(request.body);
    const route = new URL(url).pathname.split("/").at(-1);
    if (route === "enrolment") return this.#enrol(url, body);
    if (route === "pull") return this.#pull(url, body);
    return route === "receipts" ? this.#take(url, body) : answer(url, 404, { body: canonicalJson({}) });
  };
}
