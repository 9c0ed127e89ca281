import { createHash } from "node:crypto";
import type { OperationParams, OperationResult } from "@rocket.chat/rest-typings";
import { z } from "zod";
import { canonicalJson, type Json, type JsonObject } from "#lib/domain/canonical.ts";
import { later } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { signRequest } from "#lib/matrix/x-matrix.ts";
import { type Clock, movableClock } from "#lib/platform/clock.ts";
import { type KeyPair, newKeyPair, signJson, verifySignedJson } from "#lib/platform/signed-json.ts";
import type { Row, Table } from "./table.ts";

const ALLOW_LIST = "Federation_Service_Allow_List";
const DAY_MS = 86_400_000;
const KEY_ID = "ed25519:0";

type Setting = OperationResult<"GET", "/v1/settings/:_id">;
type SettingChange = OperationParams<"POST", "/v1/settings/:_id">;

/** What can be chosen of a simulated server; a test changes it while the server runs. */
export type Conduct = {
  userId: string;
  authToken: string;
  permissions: readonly string[];
  /** An ordinary token of a password account: writing asks for a second factor. */
  twoFactor: boolean;
  secondFactor: string;
  enabled: boolean;
  licensed: boolean;
  /** Whether this version knows the setting. */
  knowsList: boolean;
  version: string;
  /** Says 200 to a write and stores nothing. */
  ignoresWrites: boolean;
  matching: string;
};

export const GOOD_CONDUCT: Conduct = {
  userId: "tillit",
  authToken: "secret-token",
  permissions: ["view-privileged-setting", "edit-privileged-setting"],
  twoFactor: false,
  secondFactor: "123456",
  enabled: true,
  licensed: true,
  knowsList: true,
  version: "8.8.1",
  ignoresWrites: false,
  matching: "",
};

export type SimRequest = {
  readonly method: string;
  /** Path and query. */
  readonly uri: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly address: string;
};
export type SimAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A request between servers, as its signature covers it. */
type Outgoing = {
  readonly method: string;
  readonly uri: string;
  readonly destination: string;
  readonly content: JsonObject | undefined;
};

type Given = Readonly<Record<string, string>>;
/** Whether a check answers; with the words that its body needs. */
type Check = (request: SimRequest) => Given | undefined;

const parsed = (value: string): readonly string[] =>
  value
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");

const readBody = (text: string): Partial<SettingChange & { value: unknown }> => {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? json : {};
  } catch {
    return {};
  }
};

/** What a request's signature covers beside its line; what is no JSON is covered by none. */
const jsonOf = (body: string): Json => {
  try {
    return z.json().parse(JSON.parse(body));
  } catch {
    return null;
  }
};

/** The server: no network, no process. The order of its checks and each of their answers come from the table. */
export class RocketChatServer {
  readonly clock: Clock & { readonly advance: (ms: number) => void };
  readonly conduct: Conduct = { ...GOOD_CONDUCT };
  /** The requests that were answered, oldest first. */
  readonly log: string[] = [];
  /** Answers what has passed every check of the table; undefined: such a route is not there. */
  beyond: (request: SimRequest) => SimAnswer | undefined = () => undefined;
  readonly name: string;
  readonly #table: Table;
  readonly #keys: KeyPair;
  readonly #trusted = new Map<string, { readonly keyId: string; readonly key: string }>();
  readonly #windows = new Map<string, { readonly since: number; readonly count: number }>();
  #stored: string;
  #cache: { readonly entries: readonly string[]; readonly at: number } | undefined;

  constructor(name: string, table: Table, stored: string, clock = movableClock(Date.now()), keys = newKeyPair()) {
    this.#keys = keys;
    this.name = name;
    this.#table = table;
    this.#stored = stored;
    this.clock = clock;
  }

  /** What the setting says now; a person edits it by `set`. */
  stored(): string {
    return this.#stored;
  }
  set(value: string): void {
    this.#stored = value;
  }
  /** A new process: the same store and an empty cache. */
  restart(): void {
    this.#cache = undefined;
    this.#windows.clear();
  }
  /** Has the server know another server's key, so that its signature counts. */
  trust(origin: string, keyId: string, key: string): void {
    this.#trusted.set(origin, { keyId, key });
  }

  answer(request: SimRequest): SimAnswer {
    this.log.push(`${request.method} ${request.uri}`);
    const onRest = request.uri.startsWith("/api/");
    if (!onRest && !request.uri.startsWith("/_matrix/")) return { status: 404, headers: {}, body: "not found" };
    const checks: Readonly<Record<string, Check>> = onRest ? this.#rest : this.#federation;
    for (const row of onRest ? this.#table.rest : this.#table.federation) {
      const given = checks[row.check]?.(request);
      if (given !== undefined) return fill(row, given);
    }
    const further = onRest ? undefined : this.beyond(request);
    if (further !== undefined) return further;
    return { status: 404, headers: {}, body: `{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}` };
  }

  #entries(): readonly string[] {
    const now = this.clock.now();
    const life = Number(this.#table.rules["cache"]);
    if (this.#cache === undefined || now - this.#cache.at >= life)
      this.#cache = { entries: parsed(this.#stored), at: now };
    return this.#cache.entries;
  }

  #isOpen(): boolean {
    return this.#entries().length === 0 && this.#table.rules["empty-list"] === "open";
  }

  #isListed(origin: string): boolean {
    const rule = this.conduct.matching === "" ? this.#table.rules["matching"] : this.conduct.matching;
    return this.#entries().some((entry) => (rule === "suffix" ? origin.endsWith(entry) : origin === entry));
  }

  /** Whether a document bears the signature of a server whose key is known. */
  isSignedBy(document: JsonObject, origin: string): boolean {
    const known = this.#trusted.get(origin);
    return known !== undefined && verifySignedJson(document, origin, known.keyId, known.key).ok;
  }
  /** Signs in the server's own name; signatures already there are kept. */
  sign(document: JsonObject): JsonObject {
    return signJson(document, this.name, { keyId: KEY_ID, privateKey: this.#keys.privateKey });
  }
  /** The header under which a request of this server goes out. */
  authorization({ method, uri, destination: to, content }: Outgoing): string {
    // Both are names that the simulation was begun with.
    const [origin, destination] = [this.name as ServerName, to as ServerName];
    const request = { method, uri, origin, destination, ...(content === undefined ? {} : { content }) };
    return signRequest(request, { keyId: KEY_ID, privateKey: this.#keys.privateKey });
  }

  #isSigned({ method, uri, headers, body }: SimRequest): boolean {
    const header = headers["authorization"] ?? "";
    const [, origin = ""] = /origin="([^"]*)"/.exec(header) ?? [];
    const [, signature = ""] = /sig="([^"]*)"/.exec(header) ?? [];
    const known = this.#trusted.get(origin);
    if (known === undefined) return false;
    const signatures = { [origin]: { [known.keyId]: signature } };
    const content = body === "" ? {} : { content: jsonOf(body) };
    const document = { method, uri, origin, destination: this.name, ...content, signatures };
    return verifySignedJson(document, origin, known.keyId, known.key).ok;
  }

  readonly #federation: Readonly<Record<string, Check>> = {
    disabled: () => (this.conduct.enabled ? undefined : {}),
    unlicensed: () => (this.conduct.licensed ? undefined : {}),
    key: ({ uri }) => (uri.startsWith("/_matrix/key/v2/server") ? { keys: this.#serverKeys() } : undefined),
    version: ({ uri }) =>
      uri.startsWith("/_matrix/federation/v1/version") ? { version: this.conduct.version } : undefined,
    "no-header": ({ headers }) => (this.#isOpen() || headers["authorization"] !== undefined ? undefined : {}),
    "no-origin": ({ headers }) =>
      this.#isOpen() || /origin="[^"]+"/.test(headers["authorization"] ?? "") ? undefined : {},
    "not-listed": ({ headers }) => {
      const [, origin = ""] = /origin="([^"]*)"/.exec(headers["authorization"] ?? "") ?? [];
      return this.#isOpen() || this.#isListed(origin.toLowerCase()) ? undefined : {};
    },
    "bad-signature": (request) => (this.#isSigned(request) ? undefined : {}),
    profile: ({ uri }) => {
      const url = new URL(uri, "https://x");
      const isProfile = url.pathname === "/_matrix/federation/v1/query/profile";
      return isProfile ? { user: url.searchParams.get("user_id") ?? "" } : undefined;
    },
  };

  #serverKeys(): string {
    const document = {
      server_name: this.name,
      valid_until_ts: later(this.clock.now(), DAY_MS),
      verify_keys: { [KEY_ID]: { key: this.#keys.publicKey } },
      old_verify_keys: {},
    };
    return canonicalJson(this.sign(document));
  }

  #isMe({ headers }: SimRequest): boolean {
    const { userId, authToken } = this.conduct;
    return headers["x-user-id"] === userId && headers["x-auth-token"] === authToken;
  }

  readonly #rest: Readonly<Record<string, Check>> = {
    info: (request) => {
      if (request.uri !== "/api/info") return undefined;
      const { version } = this.conduct;
      return { version: this.#isMe(request) ? version : version.replace(/\.\d+$/, "") };
    },
    login: (request) => (this.#isMe(request) ? undefined : {}),
    permission: ({ method }) => {
      const needed = method === "POST" ? "edit-privileged-setting" : "view-privileged-setting";
      return this.conduct.permissions.includes(needed) ? undefined : {};
    },
    body: ({ method, body }) => (method === "POST" && !("value" in readBody(body)) ? {} : undefined),
    rate: ({ method, address }) => {
      const key = `${address} ${method}`;
      const now = this.clock.now();
      const [most, length] = [Number(this.#table.rules["rate-count"]), Number(this.#table.rules["rate-window"])];
      const last = this.#windows.get(key);
      const window = last === undefined || now - last.since >= length ? { since: now, count: 0 } : last;
      this.#windows.set(key, { ...window, count: window.count + 1 });
      const reset = window.since + length;
      if (window.count < most) return undefined;
      return { seconds: String(Math.ceil((reset - now) / 1000)), reset: String(reset), limit: String(most) };
    },
    "totp-required": ({ method, headers }) =>
      method === "POST" && this.conduct.twoFactor && headers["x-2fa-code"] === undefined ? {} : undefined,
    "totp-invalid": ({ method, headers }) =>
      method === "POST" && this.conduct.twoFactor && !this.#isSecondFactor(headers) ? {} : undefined,
    unknown: ({ uri }) => (this.conduct.knowsList && uri === `/api/v1/settings/${ALLOW_LIST}` ? undefined : {}),
    get: ({ method }) => {
      if (method !== "GET") return undefined;
      const setting: Setting = { _id: ALLOW_LIST, value: this.#stored };
      return { id: setting._id, value: JSON.stringify(String(setting.value)).slice(1, -1) };
    },
    post: ({ method, body }) => {
      if (method !== "POST") return undefined;
      if (!this.conduct.ignoresWrites) this.#stored = String(readBody(body).value);
      return {};
    },
  };

  #isSecondFactor(headers: SimRequest["headers"]): boolean {
    const { secondFactor } = this.conduct;
    const expected =
      headers["x-2fa-method"] === "password" ? createHash("sha256").update(secondFactor).digest("hex") : secondFactor;
    return headers["x-2fa-code"] === expected;
  }
}

const fill = ({ status, body }: Row, given: Given): SimAnswer => ({
  status,
  headers: {
    "content-type": "application/json",
    ...(given["reset"] === undefined
      ? {}
      : {
          "x-ratelimit-limit": given["limit"] ?? "",
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": given["reset"],
        }),
  },
  body: body.replace(/\{([a-z]+)\}/g, (_, word: string) => given[word] ?? `{${word}}`),
});
