import { byCodePoint, canonicalJson, type Json, type JsonObject } from "#lib/domain/canonical.ts";
import { err, ok } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import type { Http, HttpRequest } from "#lib/platform/http.ts";
import { newId } from "#lib/platform/ids.ts";
import { type Signer, signJson } from "#lib/platform/signed-json.ts";
import { contentDigest, LAW_STATUS, type LawRefusal } from "#lib/signing/documents.ts";
import {
  type Acceptance,
  type Accepted,
  acceptKeyset,
  acceptList,
  acceptRenewal,
  checkQuery,
  inForce,
  isStale,
  NOTHING_ACCEPTED,
  openByLaw,
  type Pins,
} from "#lib/signing/laws.ts";
import { ROUTES } from "./wire.ts";

/** A server with our module, in this process: the same routes, laws and answers, and no Synapse. For fast tests. */
export type Simulator = {
  readonly http: Http;
  /** Whether its federation listener would let that origin in. */
  readonly lets: (origin: ServerName) => boolean;
  /** A new process over the same store. */
  readonly restart: () => void;
  readonly requests: () => number;
  /** Destinations whose back-off was reset. */
  readonly resets: () => readonly ServerName[];
};

export type SimulatorOptions = {
  readonly pins: Pins;
  /** The homeserver's own key: signs receipts. */
  readonly serverKey: Signer;
  readonly clock: Clock;
  /** What it answers to questions about rooms and paths; undefined for what it refuses. */
  readonly tells?: (ask: string, server: string | undefined) => JsonObject | undefined;
};

type Answered = { readonly status: number; readonly json: Json };

const refused = ({ code, detail }: LawRefusal): Answered => {
  const statuses: Readonly<Record<string, number>> = LAW_STATUS;
  return { status: statuses[code] ?? 403, json: { errcode: code, error: detail } };
};

class SimulatedServer {
  readonly #options: SimulatorOptions;
  #state: Accepted = NOTHING_ACCEPTED;
  #boot = newId();
  #sequence = 0;
  #appliedAt = 0;
  readonly #nonces = new Set<string>();
  readonly resets: ServerName[] = [];

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  restart(): void {
    this.#boot = newId();
  }

  #effective(): { readonly mode: "open" } | { readonly mode: "closed"; readonly allow: readonly ServerName[] } {
    const { pins, clock } = this.#options;
    const { policy } = inForce(pins, this.#state, clock.now());
    return policy.mode === "open" ? policy : { mode: "closed", allow: [...policy.allow].toSorted(byCodePoint) };
  }

  lets(origin: ServerName): boolean {
    const effective = this.#effective();
    return effective.mode === "open" || effective.allow.includes(origin);
  }

  #receipt(answers: string): JsonObject {
    const { pins, serverKey, clock } = this.#options;
    const { list } = this.#state;
    const { epoch = 0, version = 0 } = list?.fields ?? {};
    this.#sequence += 1;
    const receipt: JsonObject = {
      type: "tillit.receipt.v1",
      federation: pins.federation,
      audience: pins.audience,
      enforcement_point: pins.audience,
      boot: this.#boot,
      sequence: this.#sequence,
      answers,
      epoch,
      version,
      digest: list?.digest ?? "",
      mode: inForce(pins, this.#state, clock.now()).mode,
      stale: isStale(this.#state, clock.now()),
      applied_at: this.#appliedAt,
      instances: [{ name: "main", epoch, version, seen_at: clock.now() }],
      effective_digest: digestOf(this.#effective()),
      local_deny: [],
      lease_ms: 60_000,
      clock: clock.now(),
      software: "simulator",
    };
    return signJson(receipt, pins.audience, serverKey);
  }

  #put(route: string, body: string): Answered {
    const { pins, clock } = this.#options;
    const accept = { keyset: acceptKeyset, list: acceptList, renewal: acceptRenewal }[route];
    if (accept === undefined) return { status: 403, json: { errcode: "TILLIT_FORBIDDEN", error: "Forbidden" } };
    const accepted: ReturnType<typeof acceptList> = accept(pins, this.#state, body, clock.now());
    if (!accepted.ok) return refused(accepted.error);
    const { state, outcome }: Acceptance = accepted.value;
    this.#state = state;
    if (outcome === "new") this.#appliedAt = clock.now();
    return { status: 200, json: this.#receipt(contentDigest(body)) };
  }

  #ask(body: string): Answered {
    const { pins, clock } = this.#options;
    const query = checkQuery(pins, this.#state, body, clock.now());
    if (!query.ok) return refused(query.error);
    const { nonce, ask, server } = query.value;
    if (this.#nonces.has(nonce)) return refused({ code: "TILLIT_NONCE", detail: "asked before" });
    this.#nonces.add(nonce);
    if (ask === "reset_destination") {
      if (server === undefined) return refused({ code: "TILLIT_MALFORMED", detail: "server" });
      this.resets.push(server);
      return { status: 200, json: { receipt: this.#receipt(nonce) } };
    }
    if (ask !== "state") return this.#tell(ask, nonce, server);
    const { list, renewal } = this.#state;
    const expires = renewal?.fields.expires_at ?? list?.fields.expires_at ?? 0;
    const listed = [...openByLaw(pins, this.#state, clock.now())].toSorted(byCodePoint);
    const state: JsonObject = {
      receipt: this.#receipt(nonce),
      effective: this.#effective(),
      listed,
      alarms: [],
      instance: "main",
      expires_at: expires,
      renewed_at: renewal?.fields.issued_at ?? 0,
      keyset: "",
      detail: "",
    };
    return { status: 200, json: state };
  }

  /** Rooms and paths as the test says; without a word of it, as an operator who allows none of these questions. */
  #tell(ask: string, nonce: string, server: string | undefined): Answered {
    const { pins, serverKey, clock, tells } = this.#options;
    const body = tells?.(ask, server);
    if (body === undefined)
      return refused({ code: "TILLIT_ASK", detail: "this server's operator does not allow that" });
    const answer: JsonObject = {
      type: "tillit.answer.v1",
      federation: pins.federation,
      audience: pins.audience,
      answers: nonce,
      ask,
      clock: clock.now(),
      body,
    };
    return {
      status: 200,
      json: { receipt: this.#receipt(nonce), answer: signJson(answer, pins.audience, serverKey) },
    };
  }

  answer(url: string, request: HttpRequest): Answered {
    const { pathname } = new URL(url);
    if (!pathname.startsWith(`${ROUTES}/`)) return { status: 404, json: { errcode: "M_UNRECOGNIZED", error: "" } };
    const route = pathname.slice(ROUTES.length + 1);
    const body = new TextDecoder().decode(Buffer.from(request.body ?? ""));
    if (request.method === "POST" && route === "ask") return this.#ask(body);
    if (request.method === "PUT") return this.#put(route, body);
    return { status: 403, json: { errcode: "TILLIT_FORBIDDEN", error: "Forbidden" } };
  }
}

/** Starts a simulated server with nothing stored. */
export const startSimulator = (options: SimulatorOptions): Simulator => {
  const server = new SimulatedServer(options);
  let requests = 0;
  return {
    http: async (url, request = {}) => {
      if (request.signal?.aborted === true) return err({ code: "aborted", detail: "the call was given up" });
      requests += 1;
      const { status, json } = server.answer(url, request);
      return ok({ status, headers: {}, body: new TextEncoder().encode(canonicalJson(json)), url });
    },
    lets: (origin) => server.lets(origin),
    restart: () => server.restart(),
    requests: () => requests,
    resets: () => server.resets,
  };
};
