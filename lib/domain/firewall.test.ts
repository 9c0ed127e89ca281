import { describe, expect, it } from "vitest";
import { firewallRules, missingNetworks, nftablesLine, type Placed, plainLine } from "./firewall.ts";
import { type Cidr, parseCidr } from "./network.ts";
import { parseServerName } from "./server-name.ts";

const cidr = (text: string): Cidr => {
  const read = parseCidr(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};
const placed = (name: string, egress: readonly string[], ingress: readonly string[]): Placed => {
  const read = parseServerName(name);
  if (!read.ok) throw new Error(name);
  return {
    name: read.value,
    networks: { egress: egress.map(cidr), ingress: ingress.map((network) => ({ network: cidr(network), port: 443 })) },
  };
};

const a = placed("chat.a.example", ["192.0.2.0/24", "2001:db8:a::/48"], ["192.0.2.10"]);
const b = placed("chat.b.example", ["198.51.100.7"], ["198.51.100.8", "2001:db8:b::8"]);

describe("firewall lines", () => {
  it("open both sides for each other and nothing besides, never one family to the other", () => {
    expect(firewallRules(a, [b]).map(plainLine)).toEqual([
      "in  198.51.100.7/32 -> 192.0.2.10/32:443 tcp  chat.b.example",
      "out 192.0.2.0/24 -> 198.51.100.8/32:443 tcp  chat.b.example",
      "out 2001:db8:a::/48 -> [2001:db8:b::8/128]:443 tcp  chat.b.example",
    ]);
    expect(firewallRules(b, [a]).map(nftablesLine)).toEqual([
      `ip saddr 192.0.2.0/24 ip daddr 198.51.100.8/32 tcp dport 443 accept comment "tillit in chat.a.example"`,
      `ip6 saddr 2001:db8:a::/48 ip6 daddr 2001:db8:b::8/128 tcp dport 443 accept comment "tillit in chat.a.example"`,
      `ip saddr 198.51.100.7/32 ip daddr 192.0.2.10/32 tcp dport 443 accept comment "tillit out chat.a.example"`,
    ]);
  });

  it("are the mirror of the other side's", () => {
    const swap = { in: "out", out: "in" } as const;
    const bare = (rules: ReturnType<typeof firewallRules>) =>
      rules.map(({ direction, from, to, port }) => `${direction} ${from} ${to} ${port}`).toSorted();
    const mirrored = firewallRules(b, [a]).map((rule) => ({ ...rule, direction: swap[rule.direction] }));
    expect(bare(firewallRules(a, [b]))).toEqual(bare(mirrored));
  });

  it("are none where nothing was named, and it is said by whom", () => {
    const silent = placed("chat.c.example", [], []);
    expect(firewallRules(a, [silent])).toEqual([]);
    expect(missingNetworks(a, [silent])).toEqual(["partner_egress", "partner_ingress"]);
    expect(missingNetworks(silent, [a])).toEqual(["own_egress", "own_ingress"]);
    expect(missingNetworks(a, [b])).toEqual([]);
  });
});
