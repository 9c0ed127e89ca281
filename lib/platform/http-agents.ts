import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import ipaddr from "ipaddr.js";
import { RequestFilteringHttpsAgent } from "request-filtering-agent";
import { userAgent } from "./user-agent.ts";

/** What decides how a connection is made. Fixed for the life of a client. */
export type Wiring = {
  /** Lets connections go to private, loopback and other special-purpose addresses. */
  readonly allowPrivateAddresses: boolean;
  /** Address of an HTTP CONNECT proxy; it then resolves the names. */
  readonly proxy?: string | undefined;
  /** Path of a PEM file of authorities to trust beside the built-in ones. */
  readonly extraCa?: string | undefined;
  /** Where whoever sees our requests in their log finds out who we are: ends the User-Agent. */
  readonly contact?: string | undefined;
  /** Resolves names; the machine's resolver unless a test gives another. */
  readonly lookup?: LookupFunction | undefined;
};

/** Raised where the proxy answers CONNECT with anything but 200. */
export class ProxyRefused extends Error {
  readonly code = "PROXY_REFUSED";
}

/** Raised where an address may not be connected to. */
export class AddressRefused extends Error {
  readonly code = "ADDRESS_REFUSED";
}

// Ranges that the filtering agent's table counts as ordinary unicast: local-use NAT64 (RFC 8215), dummy NAT64 prefix
// and discard-only (RFC 6666), SRv6 SIDs (RFC 9602), documentation (RFC 9637), deprecated site-local.
const ALSO_PRIVATE = ["64:ff9b:1::/48", "100::/64", "5f00::/16", "3fff::/20", "fec0::/10", "192.88.99.0/24"];
const IDLE_MS = 30_000;
const PER_POOL = 256;

const filterOptions = ({ allowPrivateAddresses }: Wiring) =>
  allowPrivateAddresses
    ? { allowPrivateIPAddress: true, allowMetaIPAddress: false }
    : { allowPrivateIPAddress: false, denyIPAddressList: ALSO_PRIVATE };

const bare = (host: string): string => host.replace(/^\[|\]$/g, "");

/** Whether a literal address may be connected to; names are for whoever resolves them. */
const checkLiteral = ({ allowPrivateAddresses }: Wiring, host: string): AddressRefused | undefined => {
  if (allowPrivateAddresses || isIP(host) === 0) return undefined;
  const address = ipaddr.parse(host);
  const special = ALSO_PRIVATE.some((range) => {
    const [base, bits] = ipaddr.parseCIDR(range);
    return base.kind() === address.kind() && address.match(base, bits);
  });
  return special || address.range() !== "unicast" ? new AddressRefused(`${host} is not a public address`) : undefined;
};

const REFUSED = /is not allowed\. Because/;

/** Whether an error says that the address filter refused. */
export const isAddressRefusal = (error: Error): boolean =>
  error instanceof AddressRefused || REFUSED.test(error.message);

type Connected = Parameters<https.Agent["createConnection"]>[1];

/** Reaches every host through one CONNECT proxy and speaks TLS with the host itself, so the proxy sees only names. */
class ConnectAgent extends https.Agent {
  readonly #wiring: Wiring;
  readonly #proxy: URL;

  constructor(options: https.AgentOptions, wiring: Wiring, proxy: URL) {
    super(options);
    this.#wiring = wiring;
    this.#proxy = proxy;
  }

  override createConnection(options: https.RequestOptions, callback?: Connected): undefined {
    const done = (error: Error | null, socket?: Duplex): void => callback?.(error, socket as Duplex);
    const host = bare(String(options.host ?? ""));
    const refused = checkLiteral(this.#wiring, host);
    if (refused !== undefined) return void done(refused);
    const authority = `${host.includes(":") ? `[${host}]` : host}:${options.port ?? 443}`;
    const request = http.request({
      host: this.#proxy.hostname,
      port: this.#proxy.port === "" ? 80 : this.#proxy.port,
      method: "CONNECT",
      path: authority,
      agent: false,
      headers: { host: authority },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    request.once("error", (error) => done(error));
    request.once("connect", (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        done(new ProxyRefused(`the egress proxy answered ${response.statusCode} for ${authority}`));
        return;
      }
      const secure = tls.connect({ ...(options as tls.ConnectionOptions), socket, host });
      secure.once("error", (error) => done(error));
      secure.once("secureConnect", () => done(null, secure));
    });
    request.end();
    return undefined;
  }
}

const trusted = (wiring: Wiring, ca: string | undefined): tls.SecureContext | undefined => {
  if (ca !== undefined) return tls.createSecureContext({ ca });
  if (wiring.extraCa === undefined) return undefined;
  return tls.createSecureContext({ ca: [...tls.rootCertificates, readFileSync(wiring.extraCa, "utf8")] });
};

const newAgent = (wiring: Wiring, ca: string | undefined): https.Agent => {
  const secureContext = trusted(wiring, ca);
  const options: https.AgentOptions = {
    keepAlive: true,
    maxSockets: PER_POOL,
    timeout: IDLE_MS,
    ...(secureContext === undefined ? {} : { secureContext }),
    ...(wiring.lookup === undefined ? {} : { lookup: wiring.lookup }),
  };
  if (wiring.proxy !== undefined) return new ConnectAgent(options, wiring, new URL(wiring.proxy));
  return new RequestFilteringHttpsAgent({ ...options, ...filterOptions(wiring) });
};

/** Gives the agent of a connection: one for each set of authorities, so that no socket is shared between trusts. */
export type Agents = {
  readonly secure: (ca: string | undefined) => https.Agent;
  readonly close: () => void;
  readonly userAgent: string;
};

const MOST_AGENTS = 200;

/** Makes the agents of one client. */
export const newAgents = (wiring: Wiring): Agents => {
  const made = new Map<string, https.Agent>();
  const secure = (ca: string | undefined): https.Agent => {
    const key = ca ?? "";
    const held = made.get(key) ?? newAgent(wiring, ca);
    made.delete(key);
    made.set(key, held);
    const eldest = made.keys().next().value;
    if (made.size > MOST_AGENTS && eldest !== undefined) {
      made.get(eldest)?.destroy();
      made.delete(eldest);
    }
    return held;
  };
  return {
    secure,
    userAgent: userAgent(wiring.contact),
    close: () => {
      for (const agent of made.values()) agent.destroy();
      made.clear();
    },
  };
};
