import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** Tables beside that of the capabilities which name the tests of what they claim. */
const TABLES = ["docs/faults.md", "docs/rules.md"] as const;

const namedIn = (path: string): readonly { readonly file: string; readonly words: string }[] =>
  [...readFileSync(path, "utf8").matchAll(/`([^`\s]+\.test\.ts) > ([^`]+)`/g)].map(([, file = "", words = ""]) => ({
    file,
    words,
  }));

const HOLE = /%[a-z]|\$\w+/g;
/** Whether a test of that source bears those words, where its name may have holes that each case fills. */
const bears = (source: string, words: string): boolean =>
  source.includes(words) ||
  [...source.matchAll(/"([^"\n]{10,})"/g)].some(([, name = ""]) => {
    const [first = "", ...rest] = name.split(HOLE);
    return rest.length > 0 && words.startsWith(first) && rest.every((part) => words.includes(part));
  });

describe.each(TABLES)("%s", (path) => {
  test("names tests, and each of them stands in its file", () => {
    const named = namedIn(path);
    expect(named.length).toBeGreaterThan(5);
    const absent = named.filter(({ file, words }) => !existsSync(file) || !bears(readFileSync(file, "utf8"), words));
    expect(absent).toEqual([]);
  });
});
