import { expect, test } from "vitest";
import { setLogLevel } from "#lib/platform/log.ts";
import { killRun, POINTS, VENDORS } from "./kill.fixture.ts";
import { ownTables } from "./tables.fixture.ts";

const cases = VENDORS.flatMap((vendor) => [1, 2].map((seed) => ({ vendor, seed })));

test.each(cases)(
  "a worker killed with -9 at each step of a push to $vendor opens no door and loses nothing, seed $seed",
  async ({ vendor, seed }) => {
    setLogLevel("silent");
    const sql = await ownTables();
    const outcomes = await killRun(sql, process.env["DATABASE_URL_WORKER"] ?? "", { vendor, seed });
    expect(outcomes.map(({ point }) => point)).toEqual([...POINTS]);
    expect(outcomes.filter(({ killed }) => killed).length).toBeGreaterThanOrEqual(POINTS.length - 1);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ opened: 0, converged: true });
    expect(await sql(`SELECT seq, fault FROM audit_links(0, 1000000) WHERE fault IS NOT NULL`)).toEqual([]);
  },
  120_000,
);
