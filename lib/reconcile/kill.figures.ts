import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setLogLevel } from "#lib/platform/log.ts";
import { killRun, type Outcome, POINTS, VENDORS } from "./kill.fixture.ts";
import { ownTables } from "./tables.fixture.ts";

const SEEDS = Number(process.env["TILLIT_FIGURES_SEEDS"] ?? 50);
const FILE = join(import.meta.dirname, "../../docs/figures.md");

const rowsOf = (outcomes: readonly Outcome[]): readonly string[] =>
  VENDORS.flatMap((vendor) =>
    POINTS.map((point) => {
      const here = outcomes.filter((one) => one.vendor === vendor && one.point === point);
      const count = (of: (one: Outcome) => boolean): number => here.filter(of).length;
      const opened = here.reduce((sum, one) => sum + one.opened, 0);
      return `| ${vendor} | ${point} | ${count(({ killed }) => killed)} | ${opened} | ${count(({ converged }) => converged)} of ${here.length} |`;
    }),
  );

const page = (outcomes: readonly Outcome[], seconds: number): string => `# Figures

## A worker killed with -9 at each step of a push
A real worker process makes a round for one server and is killed at one point of it, after a change of agreements drawn from the seed; then another worker goes on from what is stored. *Opened* counts names let in after the
death, seen by a probe from outside, that neither the list before nor the one now opens. *Converged*: the next worker brought the server to just what is agreed. The servers are the simulators of the connectors' contract.
A round that has nothing to write, such as one that outran its change, is not killed at \`sending\` and \`answered\`.

\`npm run figures\`, ${new Date().toISOString().slice(0, 10)}: ${SEEDS} seeds, ${outcomes.filter(({ killed }) => killed).length} deaths, ${Math.round(seconds)} s. Two of the seeds run with every check.

| Connector | Killed at | Deaths | Opened | Converged |
| --- | --- | --- | --- | --- |
${rowsOf(outcomes).join("\n")}
`;

test("a worker killed with -9 at each step of a push, for each connector and seed", async () => {
  setLogLevel("silent");
  const sql = await ownTables();
  const database = process.env["DATABASE_URL_WORKER"] ?? "";
  const outcomes: Outcome[] = [];
  const begun = performance.now();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    for (const vendor of VENDORS) outcomes.push(...(await killRun(sql, database, { vendor, seed })));
    process.stderr.write(`seed ${seed}: ${outcomes.filter(({ killed }) => killed).length} deaths\n`);
  }
  await writeFile(FILE, page(outcomes, (performance.now() - begun) / 1000));
  expect(outcomes.filter(({ opened, converged }) => opened > 0 || !converged)).toEqual([]);
  expect(await sql(`SELECT seq, fault FROM audit_links(0, 10000000) WHERE fault IS NOT NULL`)).toEqual([]);
});
