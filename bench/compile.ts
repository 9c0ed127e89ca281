import { lockHead } from "#lib/data/lists.ts";
import { loadPicture } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { instant } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { desire } from "#lib/reconcile/desire.ts";
import { onFreshDatabase } from "./shared/database.ts";
import { plantFederation } from "./shared/federation.ts";
import { type Figure, figure, quantile, report } from "./shared/figures.ts";

/** One list for a server with 40 agreements, in federations of different sizes: it must not grow with the federation. */
const SIZES = [40, 1_000, 10_000] as const;
const ROUNDS = 60;
const WARM = 15;
const NOW = instant(1_800_000_000_000);

const compileOnce = async (homeserver: string): Promise<number> => {
  const started = performance.now();
  const done = await asWorker(async (tx) => {
    const picture = await loadPicture(tx, homeserver);
    if (picture === undefined) throw new Error("no such server");
    return ok(desire(picture, NOW).allow.length);
  });
  if (!done.ok || done.value !== 40) throw new Error(`expected 40 names: ${JSON.stringify(done)}`);
  return performance.now() - started;
};

const measure = async (homeserver: string): Promise<number> => {
  await asWorker(async (tx) => ok(await lockHead(tx, homeserver)));
  const samples: number[] = [];
  for (let at = 0; at < ROUNDS + WARM; at += 1) {
    const ms = await compileOnce(homeserver);
    if (at >= WARM) samples.push(ms);
  }
  return quantile(samples, 0.5);
};

await onFreshDatabase(async (owner) => {
  const figures: Figure[] = [];
  let floor: number | undefined;
  let planted = 0;
  const self = await plantFederation(owner, 40);
  for (const size of SIZES) {
    if (size > SIZES[0]) await self.grow(size - Math.max(planted, SIZES[0]));
    planted = size;
    await owner.query("ANALYZE");
    const value = await measure(self.homeserver);
    floor ??= value;
    const goal = { text: "≤ 1.2× of 40 agencies", holds: (_: number, ratio: number | null) => (ratio ?? 1) <= 1.2 };
    figures.push(figure(`median, ${size} agencies`, { value, unit: "ms", floor }, goal));
  }
  report("compile", figures);
});
process.exit();
