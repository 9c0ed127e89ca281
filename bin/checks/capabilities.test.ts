import { describe, expect, it } from "vitest";
import { faultsOf, readCapabilities } from "./capabilities.ts";

const table = (...rows: readonly string[]): string =>
  ["| area | capability | page or command | test | state |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
const row = "| line | revoke shuts both | /agreements | `lib/a.test.ts > shuts both` | works |";
const passed = {
  suite: "fast",
  file: "lib/a.test.ts",
  name: "an agreement shuts both sides",
  state: "passed",
} as const;
const there = (): boolean => true;

describe("the table of capabilities", () => {
  it("finds nothing wrong when the named test passed", () => {
    expect(faultsOf(readCapabilities(table(row)), [passed], there)).toEqual([]);
  });

  it("names a test that failed, was skipped, was never run, or has no file", () => {
    const rows = readCapabilities(table(row));
    expect(faultsOf(rows, [{ ...passed, state: "failed" }], there)[0]).toContain("did not pass");
    expect(faultsOf(rows, [{ ...passed, state: "skipped" }], there)[0]).toContain("did not pass");
    expect(faultsOf(rows, [{ ...passed, name: "another" }], there)[0]).toContain("not in the last report");
    expect(faultsOf(rows, [passed], () => false)[0]).toContain("no such file");
  });

  it("refuses a capability that works without a test, and a row that is no row", () => {
    const untested = readCapabilities(table("| line | revoke | /agreements | none | works |"));
    expect(faultsOf(untested, [passed], there)[0]).toContain("no test shows it");
    expect(() => readCapabilities(table("| line | revoke | /agreements | none | finished |"))).toThrow(/finished/);
  });
});
