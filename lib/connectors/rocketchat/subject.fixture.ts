import { err, ok } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { probe } from "#lib/matrix/probe.ts";
import type { Target } from "#lib/matrix/target.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import { newId } from "#lib/platform/ids.ts";
import { newAuthority } from "../contract.ts";
import type { StartSubject, Subject } from "../contract-subject.ts";
import type { ConnectorSettings } from "../settings.ts";
import { rocketchatConnector } from "./connector.ts";
import { RocketChatServer } from "./simulator/server.ts";
import { readTable, type Table } from "./simulator/table.ts";
import { SETTING_PATH } from "./wire.ts";

export const named = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};

const isSetting = (url: string): boolean => url.endsWith(SETTING_PATH);

/** Which of the connector's calls write the list and which read it. */
export const ROCKETCHAT_CALLS: Subject["calls"] = {
  write: (url, request) => isSetting(url) && request?.method === "POST",
  read: (url, request) => isSetting(url) && request?.method !== "POST",
};

/** The guarded client's form over a server in this process. */
export const httpOver =
  (server: RocketChatServer): Http =>
  async (url, request = {}) => {
    if (request.signal?.aborted === true) return err({ code: "aborted", detail: "given up" });
    const { pathname, search } = new URL(url);
    const { status, headers, body } = server.answer({
      method: request.method ?? "GET",
      uri: pathname + search,
      headers: request.headers ?? {},
      body: new TextDecoder().decode(Buffer.from(request.body ?? "")),
      address: "127.0.0.1",
    });
    return ok({ status, headers, body: new TextEncoder().encode(body), url });
  };

export type Simulated = Subject & {
  readonly server: RocketChatServer;
  readonly http: Http;
  readonly clock: Clock;
  readonly target: Target;
  readonly settings: ConnectorSettings;
};

/** A simulated server in this process under the contract; its behaviour is the table's. */
export const simulatedRocketChat = (table: Table = readTable(), stored = "none.invalid"): Simulated => {
  const self = named(`chat.${newId()}.example`);
  const server = new RocketChatServer(self, table, stored);
  const { clock } = server;
  const http = httpOver(server);
  const authority = newAuthority("federation.example", self, clock.now);
  const target: Target = { serverName: self, host: "127.0.0.1", port: 443, tlsName: self };
  const settings: ConnectorSettings = {
    federation: authority.federation,
    serverName: self,
    endpoint: { url: `https://${self}` },
    pinnedKeys: {},
    lastSequence: 0,
    signer: authority.signer,
    credentials: { userId: server.conduct.userId, authToken: server.conduct.authToken },
    http,
    clock,
  };
  return {
    self,
    partners: [named("chat.a.example"), named("chat.b.example"), named("chat.c.example")],
    authority,
    server,
    http,
    clock,
    target,
    settings,
    connector: (shape = (plain) => plain) => rocketchatConnector({ ...settings, http: shape(http) }),
    calls: ROCKETCHAT_CALLS,
    pass: async (ms) => server.clock.advance(ms),
    lets: async (origin) => {
      const as = { origin, keyId: "ed25519:a" };
      return (await probe(http, target, as, { platform: "rocketchat" })).verdict === "listed_or_open";
    },
    restart: async () => server.restart(),
    stop: async () => undefined,
  };
};

export const startRocketChat =
  (table?: Table): StartSubject =>
  async ({ beforeFirstList }) =>
    simulatedRocketChat(table, beforeFirstList === "open" ? "" : "none.invalid");
