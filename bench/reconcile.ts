import { newTraceId } from "#lib/platform/ids.ts";
import { onFreshDatabase } from "./shared/database.ts";
import { type Figure, figure, report } from "./shared/figures.ts";
import { ANSWER_MS, AT_ONCE, bareLoop, plantHub, settle, startBenchWorker } from "./shared/servers.ts";

/** A second round over many servers that hold what they should: it reads, and writes no list. */
const SERVERS = Number(process.env["TILLIT_BENCH_SERVERS"] ?? "1000");
const ROUNDS = 3;

await onFreshDatabase(async (owner, urls) => {
  const federation = await plantHub(owner, SERVERS);
  const { partners, http, world } = federation;
  const worker = await startBenchWorker(federation, urls.worker);
  await settle(federation, worker);
  const [ours, floors]: [number[], number[]] = [[], []];
  let writes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    federation.taken();
    const before = world.puts.length;
    const started = performance.now();
    for (const { id } of partners) worker.wake(id, newTraceId());
    await worker.idle();
    ours.push(performance.now() - started);
    writes += world.puts.length - before;
    const calls = [...federation.taken().values()];
    process.stderr.write(`${calls.flat().length} requests to ${calls.length} servers\n`);
    floors.push(await bareLoop(http, calls));
  }
  await worker.stop(1);
  const least = (samples: readonly number[]): number => Math.min(...samples);
  const figures: Figure[] = [
    figure("lists written", { value: writes, unit: "lists" }, { text: "0", holds: (value) => value === 0 }),
    figure(
      `second round over ${SERVERS} servers, best of ${ROUNDS}`,
      { value: least(ours), unit: "ms", floor: least(floors) },
      {
        text: `≤ 1.5× of the bare reads, ${AT_ONCE} at once, ${ANSWER_MS} ms each`,
        holds: (_, ratio) => (ratio ?? Number.POSITIVE_INFINITY) <= 1.5,
      },
    ),
  ];
  report("reconcile", figures);
});
process.exit();
