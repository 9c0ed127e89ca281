import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { lastResults, type TestResult } from "./report.ts";

export const TABLE = "docs/capabilities.md";

const Row = z.object({
  area: z.string().min(1),
  capability: z.string().min(1),
  where: z.string().min(1),
  tests: z.array(z.object({ file: z.string().min(1), name: z.string().min(1) })),
  state: z.enum(["works", "partly", "missing"]),
});
/** One capability: where a person finds it, which tests show it, and whether it stands. */
export type Capability = z.infer<typeof Row>;

const readTests = (cell: string): Capability["tests"] =>
  [...cell.matchAll(/`([^`]+?) > ([^`]+)`/g)].map(([, file = "", name = ""]) => ({ file, name }));

/** Reads the rows of every table in the document; a row that does not parse throws with its text. */
export const readCapabilities = (markdown: string): readonly Capability[] =>
  markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (area|---)/.test(line))
    .map((line) => {
      const [area, capability, where, tests, state] = line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim());
      const row = Row.safeParse({ area, capability, where, tests: readTests(tests ?? ""), state });
      if (!row.success) throw new Error(`${TABLE}: ${line}\n${z.prettifyError(row.error)}`);
      return row.data;
    });

const shows = (test: Capability["tests"][number], { file, name }: TestResult): boolean =>
  file === test.file && name.includes(test.name);

/**
 * What is wrong with the table: a capability said to work without a test, a test file that is not there, or, when
 * there is a report of a full run, a named test that did not pass in it.
 */
export const faultsOf = (
  rows: readonly Capability[],
  results: readonly TestResult[],
  exists = existsSync,
): readonly string[] =>
  rows.flatMap((row) => {
    if (row.state === "works" && row.tests.length === 0) return [`${row.capability}: works, but no test shows it`];
    return row.tests.flatMap((test) => {
      const named = `${row.capability}: ${test.file} > ${test.name}`;
      if (!test.file.startsWith("story") && !exists(test.file)) return [`${named}: no such file`];
      if (results.length === 0) return [];
      const seen = results.filter((result) => shows(test, result));
      if (seen.length === 0) return [`${named}: not in the last report`];
      return seen.every(({ state }) => state === "passed") ? [] : [`${named}: did not pass`];
    });
  });

/** The table as it stands in the repository. */
export const capabilities = (): readonly Capability[] => readCapabilities(readFileSync(TABLE, "utf8"));

/** Checks the table against the last full run, or only against the files where there was none. */
export const checkCapabilities = (results: readonly TestResult[] = lastResults()): readonly string[] =>
  faultsOf(capabilities(), results);
