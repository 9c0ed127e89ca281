/** One measured figure; `floor` is what was measured in the same run without the product, in the same unit. */
export type Figure = {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly floor: number | null;
  readonly ratio: number | null;
  readonly goal: string;
  readonly holds: boolean | null;
};

const round = (value: number): number => Math.round(value * 100) / 100;

/** A figure with its ratio to the floor; `holds` is null where the goal is only to be printed. */
export const figure = (
  name: string,
  measured: { readonly value: number; readonly unit: string; readonly floor?: number },
  goal: { readonly text: string; readonly holds: ((value: number, ratio: number | null) => boolean) | null },
): Figure => {
  const { value, unit, floor } = measured;
  const ratio = floor === undefined || floor === 0 ? null : round(value / floor);
  return {
    figure: name,
    value: round(value),
    unit,
    floor: floor === undefined ? null : round(floor),
    ratio,
    goal: goal.text,
    holds: goal.holds === null ? null : goal.holds(value, ratio),
  };
};

/** The value below which that share of the samples lies. */
export const quantile = (samples: readonly number[], share: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

const NONE = "–";

/** Prints the figures: one JSON object with `--json`, else a table. Sets the exit status where a goal does not hold. */
export const report = (name: string, figures: readonly Figure[]): void => {
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ name, figures })}\n`);
  else {
    const rows = figures.map(({ figure: what, value, unit, floor, ratio, goal, holds }) => [
      what,
      `${value} ${unit}`,
      floor === null ? NONE : `${floor} ${unit}`,
      ratio === null ? NONE : `${ratio}×`,
      goal,
      holds === null ? NONE : holds ? "holds" : "does not hold",
    ]);
    const table = [["figure", "value", "floor", "ratio", "goal", ""], ...rows];
    const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
    for (const row of table)
      process.stdout.write(`${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}\n`);
  }
  if (figures.some(({ holds }) => holds === false)) process.exitCode = 1;
};
