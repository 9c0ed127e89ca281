import { expect, it } from "vitest";
import { barringNames } from "./barred.ts";
import { parseServerName } from "./server-name.ts";

const names = (text: string): readonly string[] => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(text);
  return barringNames(name.value);
};

it("a bar of a name hits it on any port and every name below it, and no look-alike beside it", () => {
  expect(names("chat.evil.example:8448")).toContain("evil.example");
  expect(names("chat.evil.example:8448")).toContain("chat.evil.example");
  expect(names("notevil.example")).not.toContain("evil.example");
  expect(names("evil.example.org")).not.toContain("evil.example");
});

it("an address is barred as it stands, on any port", () => {
  expect(names("192.0.2.7:8448")).toEqual(["192.0.2.7:8448", "192.0.2.7"]);
});
