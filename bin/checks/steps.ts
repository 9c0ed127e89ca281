import { join } from "node:path";
import { REPORTS, readJunit, readPlaywright, readRows, readVitest, type TestResult } from "./report.ts";
import { LEAST_MODULES } from "./rooms.mjs";

/** One command of the checks. `rows` reads its report; without one the command itself is the test. */
export type Step = {
  readonly name: string;
  readonly half: "fast" | "full";
  /** How long it takes beside the others, roughly: of what runs together the heaviest begins first. */
  readonly weight?: number;
  /** Of the full half: it fills the machine by itself, and nothing runs beside it. */
  readonly alone?: true;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly rows?: (root: string) => readonly TestResult[];
  /** Looks at what the command printed; a text is a fault. */
  readonly inspect?: (output: string) => string | undefined;
};

const modulesSeen = (output: string): string | undefined => {
  const seen = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return seen >= LEAST_MODULES ? undefined : `only ${seen} modules were seen, at least ${LEAST_MODULES} were expected`;
};

const vitest = (project: string, half: Step["half"], weight = 0): Step => {
  const file = join(REPORTS, `vitest-${project}.json`);
  return {
    name: project,
    half,
    weight,
    command: [
      "vitest",
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    rows: (root) => readVitest(project, file, root),
  };
};

const e2e = join(REPORTS, "e2e.json");

/** Everything that is checked, the fast things first. */
export const STEPS: readonly Step[] = [
  { name: "format and lint", half: "fast", command: ["biome", "ci", "--error-on-warnings", "."] },
  {
    name: "sizes, React and accessibility",
    half: "fast",
    weight: 2,
    // A file's verdict rests on that file and the rules alone, so one that is unchanged is not read again.
    command: [
      "eslint",
      "--max-warnings=0",
      "--cache",
      "--cache-strategy=content",
      "--cache-location=node_modules/.cache/eslint",
      ".",
    ],
  },
  { name: "types", half: "fast", weight: 2, command: ["tsc", "--noEmit", "-p", "."] },
  {
    name: "dependency rules",
    half: "fast",
    command: [
      "depcruise",
      "--config",
      ".dependency-cruiser.mjs",
      "app",
      "bench",
      "bin",
      "components",
      "demo",
      "e2e",
      "lib",
      "prisma",
    ],
    inspect: modulesSeen,
  },
  { name: "nothing unused", half: "fast", command: ["knip", "--no-progress"] },
  vitest("fast", "fast", 3),
  { ...vitest("db", "full"), alone: true },
  vitest("live", "full", 3),
  {
    name: "module",
    half: "full",
    weight: 4,
    command: [
      "python3",
      "synapse-module/run_tests.py",
      "--releases",
      "all",
      "--junit",
      join(REPORTS, "module"),
      "--python-dir",
      ".tillit/module-venvs",
    ],
    rows: () => readJunit("module", join(REPORTS, "module")),
  },
  {
    name: "story and sabotage",
    half: "full",
    weight: 2,
    command: ["node", "bin/tillit.ts", "story-check", "--report", join(REPORTS, "story.json")],
    rows: () => readRows(join(REPORTS, "story.json")),
  },
  {
    name: "end to end",
    half: "full",
    alone: true,
    command: ["playwright", "test"],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: e2e },
    rows: () => readPlaywright("end to end", e2e),
  },
];
