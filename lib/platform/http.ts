import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { type DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { z } from "zod";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type Bulkhead, newBulkhead } from "./bulkhead.ts";
import { settings } from "./env.ts";
import { processWide } from "./global.ts";
import { type Agents, isAddressRefusal, newAgents, type Wiring } from "./http-agents.ts";

/** Why an outbound call gave no answer that can be used. Each has a sentence and a mend of its own on the pages. */
export type HttpFailureCode =
  | "bad_url"
  | "not_https"
  | "timeout"
  | "aborted"
  | "dns"
  | "refused"
  | "broken"
  | "tls"
  | "private_address"
  | "proxy_refused"
  | "redirect_elsewhere"
  | "too_many_redirects"
  | "too_large"
  | "not_json"
  | "unexpected_json";
export type HttpFailure = {
  readonly code: HttpFailureCode;
  readonly detail: string;
  /** The system's or the TLS library's own code (`CERT_HAS_EXPIRED`, `ENOTFOUND` …), where there was one. */
  readonly reason?: string;
};

/** The certificate that the other end showed, as far as it was trusted. */
export type PeerCertificate = {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly issuer: string;
  /** C= of its holder and of its issuer, where they are two capital letters. */
  readonly countries: { readonly subject?: string; readonly issuer?: string };
  /** How many certificates lead from this one to its root, both counted. */
  readonly chain: number;
};

export type HttpRequest = {
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** PEM: the only authorities trusted for this call, in place of the usual ones. */
  readonly ca?: string | undefined;
  /** Connects here; TLS still demands a certificate of the address's own host name. */
  readonly resolveTo?: { readonly host: string; readonly port: number } | undefined;
  /** From the start of waiting to the last byte, redirects included, in ms. Default 10 s. */
  readonly timeoutMs?: number;
  /** Longest body accepted, in bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** `same_host`: GET is followed on the same host only. `anywhere`: any https address, each guarded alike. */
  readonly redirects?: "none" | "same_host" | "anywhere";
  /** Whether the answer shall bear the certificate that was shown. */
  readonly wantCertificate?: boolean;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** The address that answered, after redirects. */
  readonly url: string;
  readonly certificate?: PeerCertificate;
};

/** A guarded client: the only way by which this product calls a host that someone typed in. */
export type Http = (url: string, request?: HttpRequest) => Promise<Result<HttpAnswer, HttpFailure>>;

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 1024 * 1024;
const MOST_REDIRECTS = 5;
const PER_HOST = 8;

class TooLarge extends Error {}

const REFUSED_CODES = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "EADDRNOTAVAIL", "EACCES"]);
const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_|EPROTO|INVALID_CA|ERR_OSSL)/;

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "");

const classify = (error: Error, cause: unknown): HttpFailure => {
  const code = codeOf(error);
  const because = (failure: HttpFailureCode): HttpFailure => ({
    code: failure,
    detail: error.message,
    ...(code === "" ? {} : { reason: code }),
  });
  if (isAddressRefusal(error)) return { code: "private_address", detail: "the name leads to a private address" };
  if (error instanceof TooLarge) return because("too_large");
  if (cause instanceof Error && cause.name === "TimeoutError") return { code: "timeout", detail: "no answer in time" };
  if (cause !== undefined) return { code: "aborted", detail: "the call was given up" };
  if (code === "PROXY_REFUSED") return because("proxy_refused");
  if (/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/.test(code)) return because("dns");
  if (code === "ETIMEDOUT") return because("timeout");
  if (REFUSED_CODES.has(code)) return because("refused");
  if (TLS_CODE.test(code) || code.includes("CERT")) return because("tls");
  if (error instanceof AggregateError) {
    const [first] = error.errors;
    return first instanceof Error ? classify(first, undefined) : because("refused");
  }
  return because("broken");
};

const readBody = async (response: IncomingMessage, maxBytes: number): Promise<Uint8Array> => {
  const tooLarge = (): never => {
    response.destroy();
    throw new TooLarge(`the answer exceeds ${maxBytes} bytes`);
  };
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
};

/** A chain is as long as its certificates are each another's; a root is its own issuer. */
const chainLength = (leaf: DetailedPeerCertificate): number => {
  const seen = new Set<string>();
  let at: DetailedPeerCertificate | undefined = leaf;
  while (at !== undefined && !seen.has(at.fingerprint256)) {
    seen.add(at.fingerprint256);
    at = at.issuerCertificate;
  }
  return seen.size;
};

const countryOf = (named: string | string[] | undefined): string | undefined =>
  [named].flat().find((text) => text !== undefined && /^[A-Z]{2}$/.test(text));

const countriesOf = ({ subject, issuer }: DetailedPeerCertificate): PeerCertificate["countries"] => {
  const [holder, by] = [countryOf(subject.C), countryOf(issuer.C)];
  return { ...(holder === undefined ? {} : { subject: holder }), ...(by === undefined ? {} : { issuer: by }) };
};

const certificateOf = ({ socket }: IncomingMessage): PeerCertificate | undefined => {
  if (!(socket instanceof TLSSocket)) return undefined;
  const leaf = socket.getPeerCertificate(true);
  const [from, until] = [Date.parse(leaf.valid_from), Date.parse(leaf.valid_to)];
  if (Number.isNaN(from) || Number.isNaN(until)) return undefined;
  const named = [leaf.issuer.O, leaf.issuer.CN].flat().filter((part) => part !== undefined);
  const issuer = named.join(", ").slice(0, 200);
  return { from, until, issuer, countries: countriesOf(leaf), chain: chainLength(leaf) };
};

type Sending = { readonly url: URL; readonly request: HttpRequest; readonly signal: AbortSignal };

const send = (agents: Agents, { url, request, signal }: Sending): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { resolveTo, body } = request;
    const tlsHost = url.hostname.replace(/^\[|\]$/g, "");
    const bodyBytes = body === undefined ? undefined : Buffer.from(body);
    const options: https.RequestOptions = {
      agent: agents.secure(request.ca),
      host: resolveTo?.host ?? url.hostname.replace(/^\[|\]$/g, ""),
      port: resolveTo?.port ?? (url.port === "" ? 443 : Number(url.port)),
      servername: isIP(tlsHost) === 0 ? tlsHost : "",
      method: request.method ?? "GET",
      path: url.pathname + url.search,
      headers: {
        "user-agent": agents.userAgent,
        accept: "application/json",
        ...request.headers,
        host: url.host,
        ...(bodyBytes === undefined ? {} : { "content-length": String(bodyBytes.length) }),
      },
      signal,
    };
    const attempt = (left: number): void => {
      const outgoing = https.request(options, resolve);
      outgoing.once("error", (error) => {
        // A kept-alive connection may be closed by the other end just as it is used again; nothing was answered yet.
        if (left > 0 && outgoing.reusedSocket && codeOf(error) === "ECONNRESET" && !signal.aborted) attempt(left - 1);
        else reject(error);
      });
      outgoing.end(bodyBytes);
    };
    attempt(1);
  });

const parseUrl = (text: string): Result<URL, HttpFailure> => {
  if (!URL.canParse(text)) return err({ code: "bad_url", detail: "not an address" });
  const url = new URL(text);
  if (url.protocol !== "https:") return err({ code: "not_https", detail: `${url.protocol} is not https:` });
  if (url.username !== "" || url.password !== "")
    return err({ code: "bad_url", detail: "an address with credentials" });
  return ok(url);
};

const nextHop = (from: URL, response: IncomingMessage, request: HttpRequest): Result<URL, HttpFailure> | undefined => {
  const { statusCode = 0, headers } = response;
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined;
  if (!isRedirect) return undefined;
  const to = URL.canParse(headers.location ?? "", from) ? new URL(headers.location ?? "", from).href : "";
  const elsewhere = err({ code: "redirect_elsewhere", detail: `redirected to ${to.slice(0, 200)}` } as const);
  const next = parseUrl(to);
  if (!next.ok) return elsewhere;
  const rule = request.redirects ?? "none";
  const follows = (request.method ?? "GET") === "GET" && rule !== "none";
  return follows && (rule === "anywhere" || next.value.host === from.host) ? next : elsewhere;
};

const exchange = async (
  agents: Agents,
  bulkhead: Bulkhead,
  first: Sending,
): Promise<Result<HttpAnswer, HttpFailure>> => {
  let sending = first;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const { url, request, signal } = sending;
    const step = await bulkhead.run(url.host, signal, async () => {
      const response = await send(agents, sending);
      const next = nextHop(url, response, request);
      if (next !== undefined) {
        response.destroy();
        return next;
      }
      const certificate = request.wantCertificate === true ? certificateOf(response) : undefined;
      const body = await readBody(response, request.maxBytes ?? DEFAULT_MAX_BYTES);
      const answer = { status: response.statusCode ?? 0, headers: response.headers, body, url: url.href };
      return ok(certificate === undefined ? answer : { ...answer, certificate });
    });
    if (!step.ok) return step;
    if (!(step.value instanceof URL)) return ok(step.value);
    const { resolveTo: _, ...plain } = request;
    sending = { url: step.value, request: step.value.host === url.host ? request : plain, signal };
  }
  return err({ code: "too_many_redirects", detail: `more than ${MOST_REDIRECTS} redirects` });
};

/** A client and the way to end its kept-alive connections. */
export type HttpClient = { readonly fetch: Http; readonly close: () => void };

/**
 * Makes a guarded client. Addresses are filtered when the connection is made, so a name that changes its mind between
 * a check and the connection gains nothing; redirects leave a host only where the caller says so; size, time and the
 * number of calls to one host are bounded; every failure is a value.
 *
 * @param wiring how connections are made
 * @param perHost most calls to one host at a time
 */
export const newHttp = (wiring: Wiring, perHost = PER_HOST): HttpClient => {
  const agents = newAgents(wiring);
  const bulkhead = newBulkhead(perHost);
  const fetch: Http = async (text, request = {}) => {
    const url = parseUrl(text);
    if (!url.ok) return url;
    const deadline = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
    try {
      return await exchange(agents, bulkhead, { url: url.value, request, signal });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return err(classify(error, signal.aborted ? signal.reason : undefined));
    }
  };
  return { fetch, close: agents.close };
};

/** The process's guarded client, wired by the settings. */
export const guardedFetch: Http = (url, request) =>
  processWide("http", () => {
    const { allowPrivateAddresses, egressProxy, extraCa, baseUrl } = settings();
    return newHttp({ allowPrivateAddresses, proxy: egressProxy, extraCa, contact: baseUrl });
  }).fetch(url, request);

/**
 * Reads an answer's body as JSON of a known form, whatever its content type says.
 *
 * @returns `not_json` for HTML and other text, `unexpected_json` for JSON of another form
 */
export const readJson = <T>(answer: HttpAnswer, form: z.ZodType<T>): Result<T, HttpFailure> => {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.body));
  } catch {
    return err({ code: "not_json", detail: `status ${answer.status}, not JSON` });
  }
  const read = form.safeParse(json);
  if (read.success) return ok(read.data);
  const where = read.error.issues.map(({ path }) => path.join(".") || "(top)").slice(0, 5);
  return err({ code: "unexpected_json", detail: `status ${answer.status}, at fault: ${where.join(", ")}` });
};
