import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { TEST_CERTIFICATE, TEST_KEY } from "#lib/platform/test-certificate.ts";
import { ESS_VERSION, WHITELIST } from "./wire.ts";

/** How the simulated server misbehaves, when it does. */
export const Trouble = z.object({
  /** The module that holds the list is not installed: its route is unknown. */
  absent: z.boolean().default(false),
  /** Answers 200 to changes and makes none. */
  lies: z.boolean().default(false),
  /** Makes the change, and answers so many ms later. */
  lateMs: z.int().default(0),
  /** So many changes are made, then the next are refused with 502. */
  writesLeft: z.int().nullable().default(null),
  token: z.enum(["good", "expired", "not_admin"]).default("good"),
  /** Repeats the token in its refusals, as careless servers do. */
  echoes: z.boolean().default(false),
});
export type Trouble = z.input<typeof Trouble>;

/** What a test tells the process: how to misbehave, or what its list is to be behind the portal's back. */
export const Order = z.object({
  id: z.int(),
  trouble: Trouble.optional(),
  edit: z.array(z.string()).optional(),
});
/** What the process answers to each order. */
export const Report = z.object({
  id: z.int(),
  entries: z.array(z.string()),
  reads: z.int(),
  writes: z.int(),
});

const state = z.object({
  entries: z.array(z.object({ server_name: z.string(), creator_user_id: z.string(), created_at: z.number() })),
});
const changeBody = z.strictObject({ server_names: z.array(z.string().min(1)) });
const ORIGIN = /origin="([^"]+)"/;

type Answered = { readonly status: number; readonly json: unknown };
const refused = (status: number, errcode: string, error: string, more: object = {}): Answered => ({
  status,
  json: { errcode, error, ...more },
});

export type SimulatorOptions = {
  readonly token: string;
  /** Where the list is kept, so that a new process finds it again. */
  readonly file: string;
  readonly port?: number;
};

/** A server of the suite with its gateway: answers and enforces as the table in README.md says. */
export class EssSimulator {
  readonly #options: SimulatorOptions;
  #trouble: z.output<typeof Trouble> = Trouble.parse({});
  #calls = { reads: 0, writes: 0 };

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  set trouble(trouble: Trouble) {
    this.#trouble = Trouble.parse(trouble);
  }

  get calls(): { readonly reads: number; readonly writes: number } {
    return this.#calls;
  }

  get entries(): readonly string[] {
    return this.#load().entries.map(({ server_name }) => server_name);
  }

  /** Changes the list as somebody at the server's own console would. */
  edit(names: readonly string[]): void {
    const entries = names.map((server_name) => ({ server_name, creator_user_id: "@root:ess", created_at: 1 }));
    writeFileSync(this.#options.file, JSON.stringify({ entries }));
  }

  #load(): z.output<typeof state> {
    try {
      return state.parse(JSON.parse(readFileSync(this.#options.file, "utf8")));
    } catch {
      return { entries: [] };
    }
  }

  /** Whether the gateway lets that origin in: no list, an empty list or a fitting pattern does. */
  lets(origin: string): boolean {
    if (this.#trouble.absent || this.entries.length === 0) return true;
    return this.entries.some((entry) => {
      if (!entry.includes("*")) return entry === origin;
      return entry.startsWith("*.") ? origin.endsWith(entry.slice(1)) : entry === "*";
    });
  }

  #gate(authorization: string | undefined): Answered | undefined {
    const { token, echoes } = this.#trouble;
    if (this.#trouble.absent) return refused(404, "M_UNRECOGNIZED", "Unrecognized request");
    if (authorization === undefined) return refused(401, "M_MISSING_TOKEN", "Missing access token");
    const echo = echoes ? ` ${authorization}` : "";
    if (authorization !== `Bearer ${this.#options.token}`)
      return refused(401, "M_UNKNOWN_TOKEN", `Invalid access token${echo}`, { soft_logout: false });
    if (token === "expired")
      return refused(401, "M_UNKNOWN_TOKEN", `Access token has expired${echo}`, { soft_logout: true });
    if (token === "not_admin") return refused(403, "M_FORBIDDEN", "You are not a server admin");
    return undefined;
  }

  #read(query: URLSearchParams): Answered {
    this.#calls.reads += 1;
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    if (!Number.isInteger(page) || page < 0 || !Number.isInteger(limit) || limit < 1 || limit > 100)
      return refused(400, "M_INVALID_PARAM", "page and limit");
    const { entries } = this.#load();
    const server_names = entries.slice(page * limit, (page + 1) * limit);
    return { status: 200, json: { server_names, total_count: entries.length } };
  }

  #change(method: string, text: string): Answered {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return refused(400, "M_NOT_JSON", "Content not JSON.");
    }
    const body = changeBody.safeParse(json);
    if (!body.success || body.data.server_names.length > 100) return refused(400, "M_BAD_JSON", "server_names");
    const { writesLeft, lies } = this.#trouble;
    if (writesLeft === 0) return { status: 502, json: {} };
    if (writesLeft !== null) this.#trouble = { ...this.#trouble, writesLeft: writesLeft - 1 };
    this.#calls.writes += 1;
    if (lies) return { status: 200, json: {} };
    const named = new Set(body.data.server_names);
    const { entries } = this.#load();
    const kept = entries.filter(({ server_name }) => method === "PUT" || !named.has(server_name));
    const there = new Set(kept.map(({ server_name }) => server_name));
    const added = method === "PUT" ? [...named].filter((name) => !there.has(name)) : [];
    const made = added.map((server_name) => ({ server_name, creator_user_id: "@admin:ess", created_at: Date.now() }));
    writeFileSync(this.#options.file, JSON.stringify({ entries: [...kept, ...made] }));
    return { status: 200, json: {} };
  }

  #federation(authorization: string | undefined): Answered {
    const origin = ORIGIN.exec(authorization ?? "")?.[1];
    if (origin === undefined) return refused(401, "M_UNAUTHORIZED", "Missing Authorization headers");
    return this.lets(origin)
      ? refused(401, "M_UNAUTHORIZED", "Invalid signature for server")
      : refused(403, "M_FORBIDDEN", `Federation denied with ${origin}.`);
  }

  answer(method: string, url: URL, authorization: string | undefined, body: string): Answered {
    if (url.pathname === "/_matrix/federation/v1/version") return this.#federation(authorization);
    if (url.pathname === ESS_VERSION && method === "GET") return { status: 200, json: { version: "26.1.0" } };
    if (url.pathname !== WHITELIST) return refused(404, "M_UNRECOGNIZED", "Unrecognized request");
    const shut = this.#gate(authorization);
    if (shut !== undefined) return shut;
    if (method === "GET") return this.#read(url.searchParams);
    if (method === "PUT" || method === "DELETE") return this.#change(method, body);
    return refused(405, "M_UNRECOGNIZED", "Unrecognized request");
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const { method = "GET", url = "/", headers } = request;
    const body = Buffer.concat(chunks).toString("utf8");
    const { status, json } = this.answer(method, new URL(url, "https://ess"), headers.authorization, body);
    const { lateMs } = this.#trouble;
    if (lateMs > 0 && method !== "GET") await new Promise((resolve) => setTimeout(resolve, lateMs));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
  }

  async listen(): Promise<{ readonly port: number; readonly server: Server }> {
    const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
      void this.handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(this.#options.port ?? 0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port, server };
  }
}
