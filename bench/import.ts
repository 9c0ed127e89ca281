import pg from "pg";
import type { Result } from "#lib/domain/result.ts";
import { importAgencies, previewAgencyFile } from "#lib/operations/import-agencies.ts";
import { importAgreements, previewAgreementFile } from "#lib/operations/import-agreements.ts";
import { plantCoordinator } from "./shared/coordinator.ts";
import { onFreshDatabase } from "./shared/database.ts";
import { type Figure, figure, report } from "./shared/figures.ts";
import { agencyFile, agreementFile } from "./shared/paper.ts";
import { copyOf, emptied, insertBare } from "./shared/rows.ts";

/** A federation brought in from two files, each shown before it is taken in, beside a bare insert of the same rows. */
const AGENCIES = Number(process.env["TILLIT_BENCH_AGENCIES"] ?? "1000");
const AGREEMENTS = Number(process.env["TILLIT_BENCH_AGREEMENTS"] ?? "20000");
const ROUNDS = Number(process.env["TILLIT_BENCH_ROUNDS"] ?? "5");
const MOST = 2;

const AGENCY_TABLES = ["agency", "agency_contact", "homeserver", "homeserver_agency", "enforcement_point"] as const;
const AGREEMENT_TABLES = ["import_batch", "import_row", "import_party"] as const;

const value = <T>(result: Result<T, { readonly code: string }>): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await run();
  return performance.now() - started;
};
const least = (samples: readonly number[]): number => Math.min(...samples);

type Taken = Readonly<Record<"agencies" | "agreements" | "bareAgencies" | "bare", number[]>>;

const figuresOf = (taken: Taken, rows: number): Figure[] => {
  const sums = (one: readonly number[], other: readonly number[]) => one.map((sample, at) => sample + (other[at] ?? 0));
  return [
    figure(
      `${AGENCIES} agencies and ${AGREEMENTS} agreements: two previews, two imports, ${rows} rows, best of ${ROUNDS}`,
      {
        value: least(sums(taken.agencies, taken.agreements)),
        unit: "ms",
        floor: least(sums(taken.bareAgencies, taken.bare)),
      },
      { text: `≤ ${MOST}× of a bare insert of the same rows`, holds: (_, ratio) => (ratio ?? MOST + 1) <= MOST },
    ),
    figure(
      "of these, the agencies",
      { value: least(taken.agencies), unit: "ms", floor: least(taken.bareAgencies) },
      { text: "printed", holds: null },
    ),
    figure(
      "of these, the agreements",
      { value: least(taken.agreements), unit: "ms", floor: least(taken.bare) },
      { text: "printed", holds: null },
    ),
  ];
};

await onFreshDatabase(async (_owner, _urls, adminUrl) => {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  const files = { agencies: agencyFile(AGENCIES), agreements: agreementFile(AGENCIES, AGREEMENTS) };
  const taken = {
    agencies: [] as number[],
    agreements: [] as number[],
    bareAgencies: [] as number[],
    bare: [] as number[],
  };
  const tables = [...AGENCY_TABLES, ...AGREEMENT_TABLES];
  let rows = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await emptied(admin, tables);
    const coordinator = await plantCoordinator(admin);
    taken.agencies.push(
      await timed(async () => {
        const csv = files.agencies;
        const { digest } = value(await previewAgencyFile(coordinator, { csv }));
        value(await importAgencies(coordinator, { csv, digest }));
      }),
    );
    taken.agreements.push(
      await timed(async () => {
        const csv = files.agreements;
        const { digest, agreements } = value(await previewAgreementFile(coordinator, { csv }));
        if (agreements !== AGREEMENTS) throw new Error(`${agreements} of ${AGREEMENTS} rows hold`);
        value(await importAgreements(coordinator, { csv, digest, leaveOut: false }));
      }),
    );
    const first = await copyOf(admin, AGENCY_TABLES);
    const second = await copyOf(admin, AGREEMENT_TABLES);
    rows = [...first, ...second].reduce((sum, table) => sum + table.count, 0);
    await emptied(admin, tables);
    taken.bareAgencies.push(await timed(() => insertBare(admin, first)));
    taken.bare.push(await timed(() => insertBare(admin, second)));
    process.stderr.write(`round ${round + 1}: ${rows} rows\n`);
  }
  await admin.end();
  report("import", figuresOf(taken, rows));
});
process.exit();
