import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { DAY } from "#lib/domain/instant.ts";
import type { ResolveSrv, SrvRecord } from "#lib/matrix/discovery.ts";
import { type Http, newHttp } from "#lib/platform/http.ts";
import { signJson } from "#lib/platform/signed-json.ts";
import { type Issued, issue, type TestAuthority, testAuthority } from "#lib/testing/certificates.ts";
import type { Member, World } from "./world.fixture.ts";

/** How one server of the network is broken, when it is. What is absent is as it should be. */
export type Broken = {
  /** The certificate it shows. */
  certificate?: Issued;
  /** Speaks no TLS at all. */
  plain?: boolean;
  /** Its answer under .well-known: a server name, or a body as it is. */
  wellKnown?: string | { readonly body: string };
  srv?: SrvRecord | "failing";
  /** Where its name leads: nowhere, or to a port at which nobody listens. */
  gone?: "unresolved" | "refused";
  /** Signs its keys by this instead. */
  key?: Member["key"];
  keysFor?: string;
  keysUntil?: number;
  /** Its clock, as ms from ours. */
  clockOff?: number;
  /** What answers in its place: a page of a proxy. */
  proxy?: { readonly status: number; readonly body: string };
  /** Answers the federation routes by itself. */
  federation?: (origin: string, path: string) => { readonly status: number; readonly body: string } | undefined;
  routeAway?: boolean;
};

const PAGE = { "content-type": "application/json" };
const ORIGIN = /origin="([^"]+)"/;

const keysOf = (member: Member, broken: Broken, now: number): JsonObject => {
  const signer = broken.key ?? member.key;
  const name = broken.keysFor ?? member.name;
  const document = {
    server_name: name,
    valid_until_ts: broken.keysUntil ?? now + 2 * DAY,
    old_verify_keys: {},
    verify_keys: { [signer.keyId]: { key: signer.publicKey } },
  };
  return signJson(document, name, signer);
};

const bodyOf = async (request: http.IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
};

/** Real TLS servers in front of a world's simulated homeservers, under names that a small double of the DNS leads to them. */
export const newNetwork = (world: World) => {
  const authority: TestAuthority = testAuthority();
  const broken = new Map<string, Broken>();
  const ports = new Map<string, number>();
  const servers: http.Server[] = [];
  const agents: string[] = [];

  const answer = async (member: Member, request: http.IncomingMessage, response: http.ServerResponse) => {
    const how = broken.get(member.name) ?? {};
    const now = world.clock.now() + (how.clockOff ?? 0);
    response.sendDate = false;
    response.setHeader("date", new Date(now).toUTCString());
    agents.push(request.headers["user-agent"] ?? "");
    const path = request.url ?? "/";
    const send = (status: number, body: string): void => {
      response.writeHead(status, PAGE).end(body);
    };
    if (how.proxy !== undefined) return send(how.proxy.status, how.proxy.body);
    const origin = ORIGIN.exec(request.headers.authorization ?? "")?.[1];
    const own = how.federation?.(origin ?? "", path);
    if (own !== undefined) return send(own.status, own.body);
    if (path === "/_matrix/key/v2/server") return send(200, JSON.stringify(keysOf(member, how, now)));
    if (path === "/_matrix/federation/v1/version" && origin === undefined)
      return send(200, JSON.stringify({ server: { name: "Synapse", version: "1.163.2" } }));
    if (how.routeAway === true && path.startsWith("/_synapse/")) return send(404, "{}");
    const passed = await world.http(`https://${member.name}${path}`, {
      method: request.method === "PUT" || request.method === "POST" ? request.method : "GET",
      headers: { authorization: request.headers.authorization ?? "" },
      body: await bodyOf(request),
    });
    if (passed.ok) send(passed.value.status, new TextDecoder().decode(passed.value.body));
    else response.destroy();
  };

  /** Starts, or starts again, a member's listener as it is now. */
  const serve = async (member: Member, how: Broken = {}): Promise<void> => {
    broken.set(member.name, how);
    const listener: http.RequestListener = (request, response) => void answer(member, request, response);
    const shown = how.certificate ?? issue([member.name], authority);
    const server =
      how.plain === true
        ? http.createServer(listener)
        : https.createServer({ cert: shown.cert, key: shown.key }, listener);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    ports.set(member.name, (server.address() as AddressInfo).port);
    await world.sql(`UPDATE homeserver SET override_host = NULL, override_port = NULL WHERE id = $1`, [member.id]);
  };

  const ended = newHttp({
    allowPrivateAddresses: true,
    contact: "https://portal.test",
    lookup: (hostname, options, done) => {
      const reached = ports.has(hostname) && broken.get(hostname)?.gone !== "unresolved";
      if (!reached) done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" }), "", 0);
      else if (options.all === true) done(null, [{ address: "127.0.0.1", family: 4 }]);
      else done(null, "127.0.0.1", 4);
    },
  });

  const client: Http = async (text, request = {}) => {
    const url = new URL(text);
    const wellKnown = url.pathname === "/.well-known/matrix/server";
    const how = broken.get(url.hostname) ?? {};
    if (wellKnown) {
      const said = how.wellKnown;
      const body = typeof said === "string" ? JSON.stringify({ "m.server": said }) : (said?.body ?? "");
      const status = said === undefined ? 404 : 200;
      return { ok: true, value: { status, headers: {}, body: new TextEncoder().encode(body), url: text } };
    }
    const host = request.resolveTo?.host ?? url.hostname;
    const port = how.gone === "refused" ? 1 : (ports.get(host) ?? 1);
    return ended.fetch(text, { ...request, ca: authority.pem, resolveTo: { host, port } });
  };

  const resolveSrv: ResolveSrv = async (name) => {
    const found = [...broken].find(([host]) => name === `_matrix-fed._tcp.${host}`)?.[1].srv;
    if (found === "failing") throw Object.assign(new Error("away"), { code: "ETIMEOUT" });
    if (found === undefined) throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
    return [found];
  };

  const close = (): void => {
    ended.close();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  return { authority, client, resolveSrv, serve, close, agents };
};
