import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAddress, parseServerName, splitServerName } from "./server-name.ts";

const accepted = (text: string): string | undefined => {
  const parsed = parseServerName(text);
  return parsed.ok ? parsed.value : undefined;
};

describe("parseServerName", () => {
  it.each([
    ["chat.fv.example", "chat.fv.example"],
    ["  Chat.FV.Example ", "chat.fv.example"],
    ["chat.fv.example:8448", "chat.fv.example:8448"],
    ["localhost:18448", "localhost:18448"],
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.7:443", "192.0.2.7:443"],
    ["[2001:DB8::1]:8448", "[2001:db8::1]:8448"],
    ["xn--frskring-0zag.example", "xn--frskring-0zag.example"],
  ])("accepts and normalises %j", (text, name) => {
    expect(accepted(text)).toBe(name);
  });

  it.each([
    "",
    "https://chat.fv.example",
    "chat.fv.example/path",
    "*.fv.example",
    "chat.fv.example.",
    "försäkring.example",
    "chat.fv.example:0",
    "chat.fv.example:08448",
    "chat.fv.example:65536",
    "chat.fv.example:",
    "-chat.example",
    "chat..example",
    "256.1.1.1",
    "1.2.3",
    "[::1",
    "[g::1]",
    "2001:db8::1",
    "a b.example",
    "chat_fv.example",
    `${"a".repeat(64)}.example`,
    `${"a.".repeat(150)}example`,
  ])("refuses %j", (text) => {
    expect(accepted(text)).toBeUndefined();
  });

  it("answers for any text, and what it accepts is a fixed point that splits into its parts", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain(),
          fc.tuple(fc.domain(), fc.nat(70_000)).map(([d, p]) => `${d}:${p}`),
        ),
        (text) => {
          const name = parseServerName(text);
          if (!name.ok) return;
          expect(accepted(name.value)).toBe(name.value);
          const { host, port } = splitServerName(name.value);
          expect(port === undefined ? host : `${host}:${port}`).toBe(name.value);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("tells addresses from names", () => {
    expect([isAddress("192.0.2.7"), isAddress("[::1]"), isAddress("chat.example")]).toEqual([true, true, false]);
  });
});
