import type { AgencyId } from "#lib/domain/ids.ts";
import { idOf } from "#lib/domain/ids.ts";
import { startStop } from "#lib/operations/start-stop.ts";
import type { Worker } from "#lib/reconcile/worker.ts";
import { onFreshDatabase } from "./shared/database.ts";
import { type Figure, figure, report } from "./shared/figures.ts";
import {
  ANSWER_MS,
  AT_ONCE,
  approverOf,
  bareLoop,
  type Call,
  type Federation,
  plantHub,
  settle,
  startBenchWorker,
} from "./shared/servers.ts";

/** One agency cut from many servers in one act, until the last of them no longer lets it in. */
const SERVERS = Number(process.env["TILLIT_BENCH_SERVERS"] ?? "1000");
const HANGING = 0.3;

type Cut = { readonly last: number; readonly act: number };

/** Stops the hub's agency and waits until each of these servers refuses it. */
const cut = async (federation: Federation, until: ReadonlySet<string>): Promise<Cut> => {
  const { hub, partners } = federation;
  const open = new Map(
    partners.filter(({ name }) => until.has(name)).map((partner) => [String(partner.name), partner]),
  );
  const approver = await approverOf(federation);
  const agency: AgencyId = idOf("agy", hub.agency);
  const started = performance.now();
  const over = new Promise<number>((resolve) => {
    federation.onAnswer = (host) => {
      const partner = open.get(host);
      if (partner === undefined || partner.simulator.lets(hub.name)) return;
      open.delete(host);
      if (open.size === 0) resolve(performance.now() - started);
    };
  });
  const done = await startStop(approver, { agency, scope: "own", exercise: false, reason: "bench" });
  if (!done.ok) throw new Error(done.error.code);
  const act = performance.now() - started;
  return { last: await over, act };
};

type Measured = { readonly cut: Cut; readonly calls: readonly (readonly Call[])[] };

const measure = async (federation: Federation, worker: Worker, hanging: number): Promise<Measured> => {
  await settle(federation, worker);
  for (const { name } of federation.partners.slice(0, hanging)) federation.hanging.add(name);
  const healthy = new Set<string>(federation.partners.slice(hanging).map(({ name }) => name));
  federation.taken();
  const measured = await cut(federation, healthy);
  federation.onAnswer = () => undefined;
  const calls = [...federation.taken()].filter(([host]) => healthy.has(host)).map(([, made]) => made);
  process.stderr.write(
    `${calls.flat().length} requests to ${calls.length} servers; the act ${measured.act.toFixed(0)} ms\n`,
  );
  return { cut: measured, calls };
};

const runs: { all?: Measured; some?: Measured; floor?: number } = {};
await onFreshDatabase(async (owner, urls) => {
  const federation = await plantHub(owner, SERVERS);
  const worker = await startBenchWorker(federation, urls.worker);
  runs.all = await measure(federation, worker, 0);
  await worker.idle();
  runs.floor = await bareLoop(federation.http, runs.all.calls);
  await owner.query("UPDATE emergency_stop SET ended_at = started_at, ended_by = started_by");
  runs.some = await measure(federation, worker, Math.floor(SERVERS * HANGING));
  await worker.stop(1);
});
const { all, some, floor } = runs;
if (all === undefined || some === undefined || floor === undefined) throw new Error("nothing was measured");
const atMost = (most: number, of: string) => ({
  text: `≤ ${most}× of ${of}`,
  holds: (_: number, ratio: number | null) => (ratio ?? Number.POSITIVE_INFINITY) <= most,
});
const loop = `a bare loop, ${AT_ONCE} at once, ${ANSWER_MS} ms each`;
const figures: Figure[] = [
  figure(`${SERVERS} servers, last one enforced`, { value: all.cut.last, unit: "ms", floor }, atMost(1.5, loop)),
  figure(
    `${HANGING * 100} % hang, last healthy one enforced`,
    { value: some.cut.last, unit: "ms", floor: all.cut.last },
    atMost(1.2, "the run in which none hangs"),
  ),
  figure("the act itself, until it is committed", { value: all.cut.act, unit: "ms" }, { text: "", holds: null }),
];
report("cut", figures);
process.exit();
