import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cidr, containsCidr, parseCidr } from "./network.ts";

const cidr = (text: string): Cidr => {
  const read = parseCidr(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};

describe("a network", () => {
  it("is written in one way, however it was typed", () => {
    expect(cidr(" 192.0.2.7 ")).toBe("192.0.2.7/32");
    expect(cidr("2001:DB8:0:0::/32")).toBe("2001:db8::/32");
    expect(cidr("::ffff:192.0.2.1")).toBe("::ffff:c000:201/128");
  });

  it.each([
    "",
    "everyone",
    "0.0.0.0/0",
    "::/0",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.02.0/24",
    "256.0.0.0/8",
    "1.2.3/24",
    "192.0.2.0/24/8",
    "192.0.2.0/24;accept",
    "2001:db8::1/32",
    "fe80::1%eth0",
  ])("is refused where it is none, or would be everybody: %s", (text) => {
    expect(parseCidr(text).ok).toBe(false);
  });

  it("reads back what it wrote, for any IPv4 and IPv6 address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const once = cidr(address);
        expect(cidr(once)).toBe(once);
      }),
    );
  });

  it("contains what lies in it and nothing beside it", () => {
    expect(containsCidr(cidr("10.0.0.0/8"), cidr("10.1.2.0/24"))).toBe(true);
    expect(containsCidr(cidr("10.1.2.0/24"), cidr("10.0.0.0/8"))).toBe(false);
    expect(containsCidr(cidr("10.1.2.0/24"), cidr("10.1.3.7"))).toBe(false);
    expect(containsCidr(cidr("2001:db8::/32"), cidr("2001:db8:1::/48"))).toBe(true);
    expect(containsCidr(cidr("0.0.0.0/1"), cidr("::/1"))).toBe(false);
  });
});
