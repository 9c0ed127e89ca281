import { rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { settingsOrExit } from "#bin/run/start.ts";
import type { AgencyKey } from "#demo/people.ts";
import { decideAs, tell } from "#demo/story.ts";
import { startWorld, type World } from "#demo/world.ts";
import { AgreementView, EvidenceView, TimelineView } from "#lib/contracts/trust.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { probe } from "#lib/matrix/probe.ts";
import { callTarget, type Target } from "#lib/matrix/target.ts";
import { newHttp } from "#lib/platform/http.ts";
import { type Figure, figure, quantile, report } from "./shared/figures.ts";
import { memoryOf } from "./shared/memory.ts";
import { restartRounds } from "./shared/restart.ts";

/** The line itself: from a committed acceptance or revocation to both real servers observed so from outside. */
const ROUNDS = Number(process.env["TILLIT_BENCH_ROUNDS"] ?? "50");
const GIVE_UP_MS = 15_000;
const GOAL_MS = 250;
const GOAL_FASTER = 10;
const RESTARTS = 4;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The moment of the last decision, by the portal's clock: before its commit, so that nothing is left out. */
const decidedAt = async (world: World, id: string, kind: string): Promise<number> => {
  const { items } = await world.as("astrid").get(`agreements/${id}/timeline?limit=200`, TimelineView);
  const found = items.findLast((item) => item.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in the timeline`);
  return found.at;
};

/** When the later of the two servers was seen so: the start of the look that saw it, plus how long its probe took. */
const observedAt = async (world: World, id: string, desired: "open" | "shut"): Promise<number> => {
  const until = performance.now() + GIVE_UP_MS;
  for (;;) {
    const view = await world.as("astrid").get(`agreements/${id}/evidence`, EvidenceView);
    const seen = view.lanes.map(({ stations }) => stations.find(({ station }) => station === "observed"));
    const there = seen.every((each) => each?.state === "reached" && each.detail?.["desired"] === desired);
    if (seen.length > 0 && there)
      return Math.max(...seen.map((each) => (each?.at ?? 0) + Number(each?.detail?.["ms"] ?? 0)));
    if (performance.now() > until) throw new Error(`not seen ${desired}: ${JSON.stringify(view.lanes)}`);
    await pause(40);
  }
};

/**
 * Lets ten minutes pass for the revocations so far: a person's fourth within them is refused, and the measurement makes
 * fifty. Only a superuser can, past the trigger that keeps decisions as they were made.
 */
const ageRevocations = async (world: World): Promise<void> => {
  const { adminUrl } = world.foundation;
  if (adminUrl === undefined) throw new Error("the measurement needs the embedded database");
  const database = new pg.Client(adminUrl);
  await database.connect();
  await database.query("SET session_replication_role = replica");
  await database.query("UPDATE decision SET at = at - 660000");
  await database.end();
};

const oneRound = async (world: World): Promise<{ readonly open: number; readonly shut: number }> => {
  const { fv, ts } = world.seeded.agencies;
  const asked = { as: fv, partner: ts, purpose: "bench" };
  const { id } = await world.as("astrid").post("trust-requests", asked, AgreementView);
  await decideAs(world, id, "bo", { as: fv, move: "endorse" });
  await decideAs(world, id, "david", { as: ts, move: "accept" });
  const open = (await observedAt(world, id, "open")) - (await decidedAt(world, id, "accept"));
  await decideAs(world, id, "david", { as: ts, move: "revoke", reason: "bench" });
  const shut = (await observedAt(world, id, "shut")) - (await decidedAt(world, id, "revoke"));
  return { open, shut };
};

/** The same work without the product: the stored list sent once more, and one probe, on both servers at once. */
const floorOf = async (world: World): Promise<() => Promise<number>> => {
  const database = new pg.Client(world.foundation.urls.owner);
  await database.connect();
  const { rows } = await database.query<{ server_name: string; bytes: string }>(
    `SELECT h.server_name, d.bytes FROM list_head l JOIN homeserver h ON h.id = l.homeserver_id JOIN signed_document d
     ON d.homeserver_id = h.id AND d.kind = 'list' AND d.epoch = l.epoch AND d.version = l.version`,
  );
  await database.end();
  const { fetch } = newHttp({ allowPrivateAddresses: true, extraCa: world.ca.certFile, proxy: undefined });
  const keys: readonly AgencyKey[] = ["fv", "ts"];
  const targets = keys.flatMap((key): { target: Target; list: string; keyId: string }[] => {
    const { serverName, port, keyId } = world.synapses[key];
    const name = parseServerName(serverName);
    const list = rows.find((row) => row.server_name === serverName)?.bytes;
    if (!name.ok || list === undefined) return [];
    return [
      {
        target: { serverName: name.value, host: "127.0.0.1", port, tlsName: serverName, ca: world.ca.pem },
        list,
        keyId,
      },
    ];
  });
  return async () => {
    const started = performance.now();
    await Promise.all(
      targets.map(async ({ target, list, keyId }, at) => {
        const headers = { "content-type": "application/json" };
        await callTarget(fetch, target, "/_synapse/client/tillit/v1/list", { method: "PUT", body: list, headers });
        const other = targets[1 - at]?.target.serverName ?? target.serverName;
        await probe(fetch, target, { origin: other, keyId });
      }),
    );
    return performance.now() - started;
  };
};

const settings = settingsOrExit();
const home = join(settings.home, `bench-${process.pid}`);
const say = (line: string): boolean => process.stderr.write(`${line}\n`);
const world = await startWorld({
  settings: { ...settings, home, environment: "demo", federationId: settings.federationId ?? "demo.tillit.example" },
  say,
});
const printed = { text: "printed", holds: null };

const memoryFigures = (when: string): readonly Figure[] =>
  (["web", "worker"] as const).map((name) =>
    figure(`memory of ${name} after ${when}`, { value: memoryOf(world[name].pid), unit: "MB" }, printed),
  );

try {
  const told = await tell(world);
  if (!told.every(({ ok }) => ok)) throw new Error(`the story does not hold: ${JSON.stringify(told.at(-1))}`);
  const figures: Figure[] = [...memoryFigures("the story")];
  const rounds: { open: number; shut: number }[] = [];
  for (let at = 0; at < ROUNDS; at += 1) {
    rounds.push(await oneRound(world));
    await ageRevocations(world);
  }
  figures.push(...memoryFigures(`${ROUNDS} rounds`));
  const bare = await floorOf(world);
  const floors: number[] = [];
  for (let at = 0; at < ROUNDS; at += 1) floors.push(await bare());
  const restarts = await restartRounds(world, RESTARTS);
  const restart = quantile(restarts, 0.5);
  const goal = { text: `p95 ≤ ${GOAL_MS} ms`, holds: (value: number) => value <= GOAL_MS };
  const faster = { text: `≥ ${GOAL_FASTER}×`, holds: (value: number) => value >= GOAL_FASTER };
  for (const kind of ["open", "shut"] as const) {
    const samples = rounds.map((each) => each[kind]);
    const what = kind === "open" ? "acceptance → both observed open" : "revocation → both observed shut";
    const at = (share: number) => ({ value: quantile(samples, share), unit: "ms", floor: quantile(floors, share) });
    figures.push(figure(`${what}, median`, at(0.5), printed), figure(`${what}, p95`, at(0.95), goal));
    const times = restart / quantile(samples, 0.95);
    figures.push(figure(`${what}: p95 faster than by restart`, { value: times, unit: "×" }, faster));
  }
  const path = "edit the file, restart both → both observed, median";
  figures.push(figure(path, { value: restart, unit: "ms", floor: quantile(floors, 0.5) }, printed));
  report("line", figures);
} finally {
  await world.ending.end("the measurement is over");
  rmSync(home, { recursive: true, force: true });
}
process.exit();
