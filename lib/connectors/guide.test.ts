import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const guide = readFileSync(join(ROOT, "docs/connectors.md"), "utf8");

it("the guide to writing a connector names only files and folders that are there", () => {
  const named = [...guide.matchAll(/`((?:lib|docs)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(15);
  const missing = named.filter((path) => !path.includes("VENDOR") && !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});

it("the guide explains every limit that a connector declares, and no other", () => {
  const port = readFileSync(join(ROOT, "lib/connectors/connector.ts"), "utf8");
  const body = /export type Limits = \{(.*?)\n\};/s.exec(port)?.[1] ?? "";
  const declared = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name = ""]) => name);
  const table = guide.slice(guide.indexOf("| Limit |"), guide.indexOf("## 3"));
  const explained = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  expect(explained.toSorted()).toEqual(declared.toSorted());
});

it("the guide's tables of kinds are the ones that hold every kind", () => {
  const registry = readFileSync(join(ROOT, "lib/connectors/registry.ts"), "utf8");
  // What the guide says of the file target: it is not among those that the portal can make.
  expect(registry).not.toContain("fileConnector");
});
