import { runDoorsModel } from "#lib/testing/doors-model.ts";

/** Random sequences of acts, each step held to the rules for every pair of servers; the seed makes it repeatable. */
const RUNS = 10_000;
const SEED = 20_261_123;

const started = performance.now();
const { runs, failure } = runDoorsModel(RUNS, SEED);
const seconds = Math.round((performance.now() - started) / 1_000);
process.stdout.write(
  `doors: ${runs} sequences, seed ${SEED}, ${failure === undefined ? 0 : 1} failures, ${seconds} s\n`,
);
if (failure !== undefined) {
  process.stdout.write(`${failure}\n`);
  process.exitCode = 1;
}
