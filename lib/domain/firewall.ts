import { byCodePoint } from "./canonical.ts";
import type { Cidr } from "./network.ts";
import type { ServerName } from "./server-name.ts";

/** Where connections of a homeserver come from, and where it is reached. */
export type Networks = {
  readonly egress: readonly Cidr[];
  readonly ingress: readonly { readonly network: Cidr; readonly port: number }[];
};
/** A homeserver and what it has named. */
export type Placed = { readonly name: ServerName; readonly networks: Networks };

/** One opening in one side's firewall: TCP, from a network to a network's port. */
export type FirewallRule = {
  readonly direction: "in" | "out";
  readonly partner: ServerName;
  readonly from: Cidr;
  readonly to: Cidr;
  readonly port: number;
};

const sameFamily = (a: Cidr, b: Cidr): boolean => a.includes(":") === b.includes(":");

const openings = (from: Networks, to: Networks): readonly Omit<FirewallRule, "direction" | "partner">[] =>
  from.egress.flatMap((source) =>
    to.ingress
      .filter(({ network }) => sameFamily(source, network))
      .map(({ network, port }) => ({ from: source, to: network, port })),
  );

/**
 * What one homeserver's firewall must let through for its partners, and nothing besides: their requests in, its own out.
 * Sorted, so that equal networks give equal lines.
 */
export const firewallRules = (own: Placed, partners: readonly Placed[]): readonly FirewallRule[] =>
  partners
    .toSorted((a, b) => byCodePoint(a.name, b.name))
    .flatMap(({ name: partner, networks }) => [
      ...openings(networks, own.networks).map((rule) => ({ direction: "in" as const, partner, ...rule })),
      ...openings(own.networks, networks).map((rule) => ({ direction: "out" as const, partner, ...rule })),
    ])
    .toSorted((a, b) => byCodePoint(plainLine(a), plainLine(b)));

/** `in  192.0.2.0/24 -> 198.51.100.7/32:443 tcp  chat.b.example`: for any firewall, and for a person. */
export const plainLine = ({ direction, from, to, port, partner }: FirewallRule): string => {
  const target = to.includes(":") ? `[${to}]` : to;
  return `${direction.padEnd(3)} ${from} -> ${target}:${port} tcp  ${partner}`;
};

/** The same as a rule of nftables, to stand in one's own `inet` chain of that direction. */
export const nftablesLine = ({ direction, from, to, port, partner }: FirewallRule): string => {
  const family = from.includes(":") ? "ip6" : "ip";
  return `${family} saddr ${from} ${family} daddr ${to} tcp dport ${port} accept comment "tillit ${direction} ${partner}"`;
};

/** What somebody has not named, without which lines are missing. */
export const MISSING_NETWORKS = ["own_egress", "own_ingress", "partner_egress", "partner_ingress"] as const;
export type MissingNetworks = (typeof MISSING_NETWORKS)[number];

/** Which names of networks are lacking before the lines are whole. */
export const missingNetworks = (own: Placed, partners: readonly Placed[]): readonly MissingNetworks[] => {
  const lacks: Record<MissingNetworks, boolean> = {
    own_egress: own.networks.egress.length === 0,
    own_ingress: own.networks.ingress.length === 0,
    partner_egress: partners.some(({ networks }) => networks.egress.length === 0),
    partner_ingress: partners.some(({ networks }) => networks.ingress.length === 0),
  };
  return MISSING_NETWORKS.filter((one) => lacks[one]);
};
