import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterAll, describe, expect, it } from "vitest";
import { folderOf, ROOMS, RULES } from "./rooms.mjs";

const base = mkdtempSync(join(tmpdir(), "rooms-"));
afterAll(() => rmSync(base, { recursive: true }));

/** The rules that a little tree of files breaks. */
const broken = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const tree = mkdtempSync(join(base, "tree-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  const { output } = await cruise(["."], {
    baseDir: tree,
    ruleSet: { forbidden: RULES },
    validate: true,
    tsPreCompilationDeps: true,
  });
  const { summary } = output as ICruiseResult;
  return [...new Set(summary.violations.map(({ rule }) => rule.name))];
};

const up = (from: string, to: string): string => `${"../".repeat(from.split("/").length)}${to}`;
const importing = (from: string, to: string): Record<string, string> => ({
  [`${from}/a.ts`]: `import "${up(from, to)}/b.ts";`,
  [`${to}/b.ts`]: "export const b = 1;",
});

describe("each dependency rule is broken by a case made for it", () => {
  const closed = Object.entries(ROOMS).filter(([, may]) => !may.includes("any"));

  it.each(closed)("room %s", async (room, may) => {
    const stranger = Object.keys(ROOMS).find((other) => other !== room && !may.includes(other)) ?? "";
    expect(await broken(importing(folderOf(room), folderOf(stranger)))).toContain(`room-${room}`);
    const friend = may[0];
    if (friend !== undefined)
      expect(await broken(importing(folderOf(room), folderOf(friend)))).not.toContain(`room-${room}`);
  });

  it.each([
    ["domain-is-pure", { "lib/domain/a.ts": 'import "node:fs";' }],
    [
      "prisma-stays-in-data",
      {
        "lib/operations/a.ts": 'import "x";',
        "lib/operations/b.ts": 'import "../data/generated/c.ts";',
        "lib/data/generated/c.ts": "export {};",
      },
    ],
    [
      "next-auth-stays-in-auth",
      { "app/a.ts": 'import "../node_modules/next-auth/index.js";', "node_modules/next-auth/index.js": "" },
    ],
    ["no-cycles", { "lib/domain/a.ts": 'import "./b.ts";', "lib/domain/b.ts": 'import "./a.ts";' }],
    ["nothing-unresolved", { "lib/domain/a.ts": 'import "./missing.ts";' }],
    ["tests-are-not-imported", { "lib/domain/a.ts": 'import "./b.test.ts";', "lib/domain/b.test.ts": "export {};" }],
  ])("%s", async (rule, files) => {
    expect(await broken(files)).toContain(rule);
  });

  it("covers every rule", () => {
    const named = [
      "domain-is-pure",
      "prisma-stays-in-data",
      "next-auth-stays-in-auth",
      "no-cycles",
      "nothing-unresolved",
      "tests-are-not-imported",
    ];
    expect(RULES.map(({ name }) => name ?? "").filter((name) => !name.startsWith("room-"))).toEqual(named);
  });
});
