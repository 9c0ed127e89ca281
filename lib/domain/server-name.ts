import { err, ok, type Result } from "./result.ts";

/** A Matrix server name: DNS name, IPv4 or bracketed IPv6, with an optional port; lower case. */
export type ServerName = string & { readonly __brand: "ServerName" };

const MAX_LENGTH = 255;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DNS = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const DIGITS_AND_DOTS = /^[\d.]+$/;
const SPLIT = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;

/** The two parts of a server name; the port only where the name states one. */
export type HostAndPort = { readonly host: string; readonly port: number | undefined };

const isIpv6 = (literal: string): boolean => {
  // `URL` is in every runtime we serve, the browser included, and knows the whole grammar of RFC 4291.
  const address = literal.slice(1, -1);
  return /^[0-9a-f:.]{2,45}$/.test(address) && URL.canParse(`http://[${address}]/`);
};

const isHost = (host: string): boolean => {
  if (host.startsWith("[")) return isIpv6(host);
  if (DIGITS_AND_DOTS.test(host)) return IPV4.test(host);
  return DNS.test(host);
};

/**
 * Reads a server name as a person or a document wrote it (Matrix spec, appendices, "Server name").
 * Surrounding blanks and upper case are normalised; a scheme, path, wildcard, trailing dot, non-ASCII letter, port 0 or
 * more than 255 characters are refused. An internationalised name must be given in its `xn--` form, so that what is
 * compared on a homeserver's allow-list is what stands here.
 */
export const parseServerName = (text: string): Result<ServerName, "invalid_server_name"> => {
  const name = text.trim().toLowerCase();
  const parts = name.length <= MAX_LENGTH ? SPLIT.exec(name) : null;
  const host = parts?.[1];
  if (host === undefined || !isHost(host)) return err("invalid_server_name");
  const port = parts?.[2];
  if (port !== undefined && (port.startsWith("0") || Number(port) > 65_535)) return err("invalid_server_name");
  return ok(name as ServerName);
};

/** Takes a server name apart. An IPv6 host keeps its brackets. */
export const splitServerName = (name: ServerName): HostAndPort => {
  const parts = SPLIT.exec(name);
  return { host: parts?.[1] ?? name, port: parts?.[2] === undefined ? undefined : Number(parts[2]) };
};

/** Whether the host is an address rather than a DNS name: it decides how the server is discovered. */
export const isAddress = (host: string): boolean => host.startsWith("[") || IPV4.test(host);
