import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";

/** Where every runner leaves what it saw. */
export const REPORTS = "reports";
export const RESULTS = join(REPORTS, "results.json");

/** One test, or one step of the story, as some runner saw it. */
export const TestResult = z.object({
  suite: z.string(),
  file: z.string(),
  name: z.string(),
  state: z.enum(["passed", "failed", "skipped"]),
});
export type TestResult = z.infer<typeof TestResult>;

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

const stateOf = (status: string): TestResult["state"] =>
  status === "passed" ? "passed" : status === "failed" ? "failed" : "skipped";

/** Reads vitest's JSON report. A file that could not even be loaded counts as one failed test. */
export const readVitest = (suite: string, path: string, root: string): readonly TestResult[] =>
  VitestReport.parse(JSON.parse(readFileSync(path, "utf8"))).testResults.flatMap(
    ({ name, status, assertionResults }) => {
      const file = relative(root, name);
      const rows = assertionResults.map((test) => ({ suite, file, name: test.fullName, state: stateOf(test.status) }));
      const unseen = status === "failed" && !rows.some(({ state }) => state === "failed");
      return unseen ? [...rows, { suite, file, name: "(loading)", state: "failed" as const }] : rows;
    },
  );

const unescapeXml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");

/** Reads the JUnit reports that pytest writes, one file a release. */
export const readJunit = (suite: string, folder: string): readonly TestResult[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".xml"))
    .flatMap((name) => {
      const xml = readFileSync(join(folder, name), "utf8");
      return [...xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
        ([, head = "", body = ""]) => {
          const attribute = (key: string): string =>
            unescapeXml(new RegExp(`\\b${key}="([^"]*)"`).exec(head)?.[1] ?? "");
          const state = /<(failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed";
          const parts = attribute("classname")
            .split(".")
            .filter((part) => !/^Test/.test(part));
          return {
            suite: `${suite} ${name.replace(/\.xml$/, "")}`,
            file: `synapse-module/${parts.join("/")}.py`,
            name: attribute("name"),
            state,
          };
        },
      );
    });

type PlaywrightSuite = {
  title: string;
  file?: string | undefined;
  suites?: PlaywrightSuite[] | undefined;
  specs?: { title: string; ok: boolean; tests: { status: string }[] }[] | undefined;
};
const PlaywrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    title: z.string(),
    file: z.string().optional(),
    suites: z.array(PlaywrightSuite).optional(),
    specs: z
      .array(z.object({ title: z.string(), ok: z.boolean(), tests: z.array(z.object({ status: z.string() })) }))
      .optional(),
  }),
);
const PlaywrightReport = z.object({ suites: z.array(PlaywrightSuite), errors: z.array(z.unknown()) });

/** Reads Playwright's JSON report; an error outside any test counts as one failed test. */
export const readPlaywright = (suite: string, path: string): readonly TestResult[] => {
  const report = PlaywrightReport.parse(JSON.parse(readFileSync(path, "utf8")));
  const walk = (node: PlaywrightSuite, file: string, trail: readonly string[]): TestResult[] => [
    ...(node.specs ?? []).map(({ title, ok, tests }) => ({
      suite,
      file: `e2e/${file}`,
      name: [...trail, title].join(" "),
      state: tests.every(({ status }) => status === "skipped")
        ? ("skipped" as const)
        : ok
          ? ("passed" as const)
          : ("failed" as const),
    })),
    ...(node.suites ?? []).flatMap((child) => walk(child, child.file ?? file, [...trail, child.title])),
  ];
  const rows = report.suites.flatMap((top) => walk(top, top.file ?? top.title, []));
  return report.errors.length === 0 ? rows : [...rows, { suite, file: "e2e", name: "(set-up)", state: "failed" }];
};

/** Reads a report that is written in our own rows. */
export const readRows = (path: string): readonly TestResult[] =>
  z.array(TestResult).parse(JSON.parse(readFileSync(path, "utf8")));

/** Keeps the rows of this run; rows of suites that did not run this time are dropped, never carried over. */
export const saveResults = (rows: readonly TestResult[]): void => {
  mkdirSync(REPORTS, { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(rows, null, 1)}\n`);
};

/** The rows of the last run; none if there was none. */
export const lastResults = (): readonly TestResult[] => (existsSync(RESULTS) ? readRows(RESULTS) : []);
