import { POST as pull } from "#app/api/v1/enforcement/pull/route.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newTraceId } from "#lib/platform/ids.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { agentFor, TestAgent } from "#lib/reconcile/agent.fixture.ts";
import { reconcileHomeserver } from "#lib/reconcile/homeserver.ts";
import { publishKeys } from "#lib/reconcile/keys.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { onFreshDatabase } from "./shared/database.ts";
import { type Figure, figure, quantile, report } from "./shared/figures.ts";

/** Many agents that wait at one portal at once: what each costs, and how soon those that are concerned are answered. */
const AGENTS = Number(process.env["TILLIT_BENCH_AGENTS"] ?? "1000");
const WAIT = 50_000;
/** How many lists are signed at once while all are woken: as a worker would. */
const SIGNING = 32;

type Place = { readonly agent: TestAgent; readonly member: Member };
type Asked = Place & { begunAt: number; answeredAt: number; readonly done: Promise<void> };

const megabytes = (): number => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One long poll by way of the portal's own route. */
const ask = (place: Place): Asked => {
  const body = place.agent.question({ wait: WAIT });
  const headers = { "content-type": "application/json" };
  const request = new Request("http://portal.test/api/v1/enforcement/pull", { method: "POST", body, headers });
  const answering = Promise.resolve(pull(request, { params: Promise.resolve({}) })).then(async (answer) => {
    asked.answeredAt = performance.now();
    if (answer.status === 200) place.agent.take(await answer.json());
    else if (answer.status !== 204) throw new Error(await answer.text());
  });
  const asked: Asked = { ...place, begunAt: Number.NaN, answeredAt: Number.NaN, done: answering };
  return asked;
};

const sign = (world: World, member: Member) =>
  reconcileHomeserver(
    { ...world.deps, keys: world.keys },
    { homeserver: member.id, traceId: newTraceId(), signal: new AbortController().signal },
  );

/** Has a new list signed for each of these, and answers how long each took from the beginning of its signing to its answer, ms. */
const wake = async (
  world: World,
  asked: readonly Asked[],
  change: (member: Member) => Promise<unknown>,
): Promise<readonly number[]> => {
  const queue = [...asked];
  for (const { member } of asked) await change(member);
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      next.begunAt = performance.now();
      const { signed } = await sign(world, next.member);
      if (signed !== "list") throw new Error(`nothing was signed: ${signed}`);
    }
  };
  await Promise.all(Array.from({ length: SIGNING }, lane));
  await Promise.all(asked.map(({ done }) => done));
  return asked.map(({ begunAt, answeredAt }) => Math.max(0, answeredAt - begunAt));
};

await onFreshDatabase(async (owner) => {
  setLogLevel("silent");
  await owner.query("SET synchronous_commit = off");
  const sql = async (query: string, values: readonly unknown[] = []) => (await owner.query(query, [...values])).rows;
  const world = await newWorld(sql, systemClock.now());
  await publishKeys("/nowhere", world.keys.keyset, world.clock.now(), newTraceId());
  const places: Place[] = [];
  for (let at = 0; at < AGENTS; at += 1) {
    const member = await world.addServer(`m${at}`);
    const { point, code } = await agentFor(world, member);
    const agent = new TestAgent(world, member, point, world.root);
    const enrolled = await agent.enrol(code);
    if (!enrolled.ok) throw new Error(enrolled.error.code);
    await sign(world, member);
    places.push({ agent, member });
  }
  for (const place of places) {
    world.clock.set(systemClock.now());
    await ask(place).done;
  }
  const before = megabytes();
  /** All wait, each holding the newest list. */
  const waiting = async (): Promise<readonly Asked[]> => {
    const asked: Asked[] = [];
    for (const place of places) {
      // Agents begin at times of their own.
      world.clock.set(systemClock.now());
      asked.push(ask(place));
      await pause(10);
    }
    await pause(5_000);
    if (asked.some(({ answeredAt }) => !Number.isNaN(answeredAt))) throw new Error("answered without news");
    return asked;
  };
  const change = (member: Member) =>
    owner.query(
      "UPDATE homeserver SET on_stale = CASE on_stale WHEN 'keep' THEN 'shut' ELSE 'keep' END WHERE id = $1",
      [member.id],
    );
  const first = await waiting();
  const memory = ((megabytes() - before) / AGENTS) * 1024;
  const two = await wake(world, first.slice(0, 2), change);
  const all = await wake(world, first.slice(2), change);
  const goal = { text: "p95 < 1 s", holds: (value: number) => value < 1_000 };
  const figures: Figure[] = [
    figure(`memory of each of ${AGENTS} that wait`, { value: memory, unit: "kB" }, { text: "–", holds: null }),
    figure("2 woken, each from before its list is signed, p95", { value: quantile(two, 0.95), unit: "ms" }, goal),
    figure(
      `${all.length} woken, each from before its list is signed, p95`,
      { value: quantile(all, 0.95), unit: "ms" },
      goal,
    ),
  ];
  report("agents", figures);
});
process.exit();
