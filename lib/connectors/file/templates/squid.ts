import { byCodePoint } from "#lib/domain/canonical.ts";
import { isAddress, parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { MAX_ENTRIES } from "#lib/signing/documents.ts";
import type { Limits } from "../../connector.ts";
import { headOf, inOrder, type Outbound, reader, type Template, type TemplateInput, textOf } from "./template.ts";

const LIMITS: Limits = {
  takesEffect: "at_once",
  effectWithin: 10_000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: true,
  verifiesSignature: false,
  keepsOrder: true,
};

/** Hosts by port, each a DNS name or an address as squid writes it. */
const byPort = ({ names, outbound = {} }: TemplateInput): readonly { port: number; hosts: readonly string[] }[] => {
  const ports = new Map<number, Set<string>>();
  for (const { host, port } of inOrder(names).flatMap((name) => outbound[name] ?? [])) {
    // A host comes from somebody else's well-known file: only what is a host, and nothing that squid reads as a pattern.
    const whole = parseServerName(host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);
    if (!whole.ok || !Number.isInteger(port) || port < 1 || port > 65_535) continue;
    ports.set(port, (ports.get(port) ?? new Set()).add(whole.value));
  }
  return [...ports]
    .toSorted(([a], [b]) => a - b)
    .map(([port, hosts]) => ({ port, hosts: [...hosts].toSorted(byCodePoint) }));
};

const bare = (host: string): string => host.replaceAll(/[[\]]/g, "");

const rulesOf = (input: TemplateInput): readonly string[] =>
  byPort(input).flatMap(({ port, hosts }) => [
    `acl tillit_port_${port} port ${port}`,
    ...hosts.flatMap((host, at) => {
      const acl = `tillit_host_${port}_${at}`;
      // `-n`: never by looking an address up backwards, since whoever owns an address names it as he likes.
      const kind = isAddress(host) ? "dst" : "dstdomain -n";
      return [`acl ${acl} ${kind} ${bare(host)}`, `http_access allow CONNECT tillit_port_${port} ${acl}`];
    }),
  ]);

const LAST = "http_access deny all";
const FOR = /^# for (?<name>\S+)$/;

/**
 * For `include …` in squid's configuration, outbound: CONNECT to the hosts and ports at which the listed servers were
 * found, and to nothing else. What each name led to is in comments above the rules, so that a change of either is seen.
 */
export const squid: Template = {
  limits: LIMITS,
  render: (input) =>
    textOf([...headOf(input), ...inOrder(input.names).map((name) => `# for ${name}`), ...rulesOf(input), LAST]),
  read: reader((lines) => {
    const names: ServerName[] = [];
    for (const line of lines) {
      const name = parseServerName(FOR.exec(line)?.groups?.["name"] ?? "");
      if (name.ok) names.push(name.value);
      else if (!RULE.test(line) && line !== LAST) return undefined;
    }
    return lines.at(-1) === LAST ? names : undefined;
  }),
};

const RULE =
  /^(?:acl tillit_port_(\d+) port \1|acl tillit_host_\d+_\d+ (?:dst [0-9a-f.:]+|dstdomain -n [a-z0-9-][a-z0-9.-]*)|http_access allow CONNECT tillit_port_(\d+) tillit_host_\2_\d+)$/;

/**
 * Where a listed server is found: its own name's HTTPS for the well-known file, and the host and port to which discovery
 * led (Matrix spec, server-server API, "Server discovery").
 */
export const outboundOf = (name: ServerName, found: Outbound): readonly Outbound[] => {
  const [host = ""] = /^(?:\[[^\]]*\]|[^:]*)/.exec(name) ?? [];
  const asksWellKnown = host === name && !isAddress(host);
  return [...(asksWellKnown ? [{ host, port: 443 }] : []), { host: found.host, port: found.port }];
};
