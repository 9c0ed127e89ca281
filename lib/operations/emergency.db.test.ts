import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StartStop } from "#lib/contracts/emergency.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import { instant, MINUTE } from "#lib/domain/instant.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { reconcileHomeserver } from "#lib/reconcile/homeserver.ts";
import { agreementOf } from "#lib/reconcile/scene.fixture.ts";
import { watchStops } from "#lib/reconcile/stops.ts";
import { type Member, newWorld, type World } from "#lib/reconcile/world.fixture.ts";
import { asToken, openLine, seedPerson } from "#lib/testing/line.ts";
import { decideAboutStop } from "./decide-stop.ts";
import { listNotices } from "./notices.ts";
import { listAgreements } from "./read-agreements.ts";
import { listAuditRows } from "./read-audit.ts";
import { readEmergency, readReach, readStop } from "./read-stops.ts";
import { startStop } from "./start-stop.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let owner: pg.Client;
let world: World;
let a: Member;
let b: Member;
let c: Member;

beforeAll(async () => {
  database = await openLine();
  setLogLevel("silent");
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.close();
});
beforeEach(async () => {
  const sql = async (query: string, values: readonly unknown[] = []) => (await owner.query(query, [...values])).rows;
  world = await newWorld(sql, instant(Date.now() - 10 * MINUTE));
  a = await world.addServer("fv");
  b = await world.addServer("ts");
  c = await world.addServer("uv");
  for (const [home, partner] of [
    [a, b],
    [a, c],
    [b, c],
  ] as const)
    await world.agree(agreementOf(home.name, partner.name), home, partner);
  for (const member of [a, b, c]) await round(member);
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const round = (member: Member, at = Date.now()) => {
  world.clock.set(instant(Math.max(at, world.clock.now() + 1)));
  const signal = new AbortController().signal;
  return reconcileHomeserver(world.deps, { homeserver: member.id, traceId: "t", signal });
};
const agencyOf = (member: Member): AgencyId => idOf("agy", member.agency);
const wishOf = (more: Partial<StartStop> = {}): StartStop => ({
  agency: agencyOf(a),
  scope: "federation",
  exercise: false,
  reason: "a break-in",
  ...more,
});
const idIn = (view: { readonly id: string }) => idOf("stp", view.id.slice("stp_".length));
const coordinator = (name: string) => seedPerson(name, { role: "coordinator" });
const approverOf = (member: Member) => seedPerson("Bo", { role: "approver", agency: agencyOf(member) });
const lets = () => [
  b.simulator.lets(a.name),
  a.simulator.lets(b.name),
  a.simulator.lets(c.name),
  b.simulator.lets(c.name),
];
const woken = async (trace: string) =>
  (await owner.query(`SELECT data->>'homeserverId' AS id FROM pgboss.job WHERE data->>'traceId' = $1`, [trace])).rows
    .map(({ id }) => id)
    .toSorted();

describe("an agency stopped everywhere", () => {
  test("is shut on every server by one person's act, others' doors untouched, and opens when the stop is lifted", async () => {
    const [hans, ida] = [await coordinator("Hans"), await coordinator("Ida")];
    const before = value(await readReach(hans, { agency: agencyOf(a) }));
    expect(before.servers.map(({ own, agreements }) => [own, agreements]).toSorted()).toEqual([
      [false, 1],
      [false, 1],
      [true, 2],
    ]);
    expect([before.names, before.partners.length]).toEqual([[a.name], 2]);
    const made = value(await startStop(hans, wishOf()));
    expect(made).toMatchObject({ state: "awaits_second", urgent: false, allowed: ["lift"] });
    expect(made.reach?.servers.map(({ progress }) => progress)).toEqual(["waiting", "waiting", "waiting"]);
    expect(await woken(hans.traceId)).toEqual([a.id, b.id, c.id].toSorted());
    for (const member of [a, b, c]) await round(member);
    expect(lets()).toEqual([false, false, false, true]);
    const [agreement] = value(await listAgreements(await approverOf(b), { limit: 50 })).items.filter(({ parties }) =>
      parties.some(({ stopped }) => stopped),
    );
    expect(agreement).toMatchObject({ stage: "agreed", lanes: [{ status: "shut" }, { status: "shut" }] });
    const shut = value(await readStop(hans, { id: idIn(made) }));
    expect(shut.reach?.servers.map(({ progress }) => progress)).toEqual(["shut", "shut", "shut"]);
    const digest = shut.reach?.digest ?? "";
    const confirm = { id: idIn(made), version: 1, move: "confirm", reason: "seen", digest } as const;
    expect(codeOf(await decideAboutStop(hans, confirm))).toBe("stop_own_confirmation");
    expect(value(await decideAboutStop(ida, confirm))).toMatchObject({ state: "in_force", lapsesAt: null });
    const lift = { id: idIn(made), version: 2, move: "lift", reason: "over" } as const;
    expect(value(await decideAboutStop(hans, lift))).toMatchObject({ state: "lifted", allowed: [] });
    for (const member of [a, b, c]) await round(member);
    expect(lets()).toEqual([true, true, true, true]);
    const kinds = value(await listAuditRows(hans, { limit: 50 })).items.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["emergency.started", "emergency.confirmed", "emergency.lifted"]));
  });

  test("calls for a second person 15 minutes before the hour, once, and lapses at the hour by itself", async () => {
    const made = value(await startStop(await coordinator("Hans"), wishOf()));
    for (const member of [a, b, c]) await round(member);
    const rows = async (kind: string) =>
      (await owner.query(`SELECT 1 FROM audit WHERE kind = $1 AND subject = $2`, [kind, made.id])).rowCount;
    const watchAt = (ms: number) => {
      world.clock.set(instant(made.startedAt + ms));
      return watchStops(world.clock);
    };
    await watchAt(44 * MINUTE);
    expect(await rows("emergency.second_called")).toBe(0);
    await watchAt(45 * MINUTE);
    await watchAt(46 * MINUTE);
    expect(await rows("emergency.second_called")).toBe(1);
    expect(await watchAt(60 * MINUTE - 1)).toEqual([]);
    expect((await watchAt(60 * MINUTE)).toSorted()).toEqual([a.id, b.id, c.id].toSorted());
    expect(await rows("emergency.lapsed")).toBe(1);
    for (const member of [a, b, c]) await round(member, made.startedAt + 61 * MINUTE);
    expect(lets()).toEqual([true, true, true, true]);
  });

  test("names the servers that did not answer, to be shut by hand, and goes on with the others", async () => {
    const hans = await coordinator("Hans");
    const made = value(await startStop(hans, wishOf()));
    world.mischief.set(b.name, { fail: "refused" });
    for (const member of [a, b, c]) await round(member);
    const { reach } = value(await readStop(hans, { id: idIn(made) }));
    const progress = new Map(reach?.servers.map((each) => [each.homeserver.serverName, each.progress]));
    expect([progress.get(a.name), progress.get(b.name), progress.get(c.name)]).toEqual(["shut", "by_hand", "shut"]);
  });
});

test("an agency stops itself from all by one approver or administrator, and that never lapses", async () => {
  const astrid = await seedPerson("Astrid", { role: "administrator", agency: agencyOf(a) });
  const made = value(await startStop(astrid, wishOf({ scope: "own" })));
  expect(made).toMatchObject({ state: "in_force", lapsesAt: null, allowed: ["lift"] });
  for (const member of [a, b, c]) await round(member);
  expect(lets()).toEqual([false, false, false, true]);
  world.clock.set(instant(made.startedAt + 300 * MINUTE));
  expect(await watchStops(world.clock)).not.toContain(a.id);
  await round(b, made.startedAt + 301 * MINUTE);
  expect(b.simulator.lets(a.name)).toBe(false);
  expect(codeOf(await startStop(astrid, wishOf({ scope: "own" })))).toBe("stop_stands_already");
});

test("an exercise does all of it but the doors: nobody is woken and nothing is shut", async () => {
  const hans = await coordinator("Hans");
  const made = value(await startStop(hans, wishOf({ exercise: true })));
  expect(made.reach?.servers.map(({ progress }) => progress)).toEqual(["exercise", "exercise", "exercise"]);
  expect(await woken(hans.traceId)).toEqual([]);
  for (const member of [a, b, c]) await round(member);
  expect(lets()).toEqual([true, true, true, true]);
});

test("nobody stops another agency: not its partner, not a token, and a coordinator stops none in its own name", async () => {
  const [bo, partner, hans] = [await approverOf(a), await approverOf(b), await coordinator("Hans")];
  expect(codeOf(await startStop(partner, wishOf({ scope: "own" })))).toBe("not_permitted");
  expect(codeOf(await startStop(partner, wishOf()))).toBe("not_permitted");
  expect(codeOf(await startStop(bo, wishOf()))).toBe("not_permitted");
  expect(codeOf(await startStop(asToken(bo), wishOf({ scope: "own" })))).toBe("tokens_never_decide");
  expect(codeOf(await startStop(hans, wishOf({ scope: "own" })))).toBe("not_permitted");
  expect(codeOf(await readReach(partner, { agency: agencyOf(a) }))).toBe("not_permitted");
  for (const member of [a, b, c]) await round(member);
  expect(lets()).toEqual([true, true, true, true]);
});

test("a partner sees that an agency is stopped and not why, and a stranger sees nothing", async () => {
  const bo = await approverOf(a);
  value(await startStop(bo, wishOf({ scope: "own" })));
  const mine = async (person: typeof bo) =>
    value(await readEmergency(person, {})).stops.filter(({ agency }) => agency.id.endsWith(a.agency));
  const partner = await mine(await approverOf(b));
  expect(partner).toMatchObject([{ state: "in_force", reason: null, startedBy: null, reach: null, allowed: [] }]);
  expect(await mine(bo)).toMatchObject([{ reason: "a break-in", startedBy: { name: "Bo" } }]);
  const stranger = await world.addServer("zz");
  expect(await mine(await approverOf(stranger))).toEqual([]);
});

test("beginning or confirming a stop is bound to whom it reaches, as it was shown", async () => {
  const [hans, ida] = [await coordinator("Hans"), await coordinator("Ida")];
  const shown = value(await readReach(hans, { agency: agencyOf(a) }));
  const made = value(await startStop(hans, wishOf({ digest: shown.digest })));
  expect(made.reach?.digest).toBe(shown.digest);
  const late = await world.addServer("ny");
  await world.agree(agreementOf(a.name, late.name), a, late);
  const confirm = { id: idIn(made), version: 1, move: "confirm", reason: "seen" } as const;
  expect(codeOf(await decideAboutStop(ida, { ...confirm, digest: shown.digest }))).toBe("reach_changed");
  const { reach } = value(await readStop(ida, { id: idIn(made) }));
  expect(codeOf(await decideAboutStop(ida, { ...confirm, digest: reach?.digest ?? "" }))).toBe("done");
  const stale = wishOf({ agency: agencyOf(b), digest: shown.digest });
  expect(codeOf(await startStop(hans, stale))).toBe("reach_changed");
});

const toldOf = async ({ person }: { readonly person: string }, subject: string) =>
  (
    await owner.query(`SELECT kind FROM notice WHERE person_id = $1 AND subject = $2 ORDER BY at, kind`, [
      person,
      subject,
    ])
  ).rows.map(({ kind }) => kind);

test("a stop is told at once to its agency, every coordinator and its partners, the call for a second to the others", async () => {
  const [hans, ida] = [await coordinator("Hans"), await coordinator("Ida")];
  const [bo, partner] = [await approverOf(a), await approverOf(b)];
  const stranger = await approverOf(await world.addServer("yy"));
  const made = value(await startStop(hans, wishOf()));
  const told = (who: typeof bo) => toldOf(who, made.id);
  expect([await told(hans), await told(ida), await told(bo)]).toEqual([[], ["stop_started"], ["stop_started"]]);
  expect([await told(partner), await told(stranger)]).toEqual([["partner_stopped"], []]);
  world.clock.set(instant(made.startedAt + 45 * MINUTE));
  await watchStops(world.clock);
  expect([await told(hans), await told(ida), await told(bo)]).toEqual([
    [],
    ["stop_started", "stop_second"],
    ["stop_started"],
  ]);
  const [first] = value(await listNotices(partner, { limit: 10 })).items;
  expect(first).toMatchObject({ kind: "partner_stopped", page: "/emergency", counterpart: { id: made.agency.id } });
  const [call] = value(await listNotices(ida, { limit: 10 })).items;
  expect(call).toMatchObject({ kind: "stop_second", agency: null, role: "coordinator" });
  const digest = made.reach?.digest ?? "";
  const id = idIn(made);
  value(await decideAboutStop(ida, { id, version: made.version + 1, move: "confirm", reason: "seen", digest }));
  // By its subject: stops of other tests may have called for a second at the same moment.
  const settled = await owner.query(
    "SELECT settled_by FROM notice WHERE person_id = $1 AND subject = $2 AND kind = $3",
    [ida.person, made.id, "stop_second"],
  );
  expect(settled.rows).toEqual([{ settled_by: ida.person }]);
  value(await decideAboutStop(ida, { id, version: made.version + 2, move: "lift", reason: "over" }));
  expect(await told(bo)).toEqual(["stop_started", "stop_over"]);
});

test("an exercise is told as one to who takes part, and to no partner", async () => {
  const [hans, ida] = [await coordinator("Hans"), await coordinator("Ida")];
  const [bo, partner] = [await approverOf(a), await approverOf(b)];
  const made = value(await startStop(hans, wishOf({ exercise: true })));
  const told = (who: typeof bo) => toldOf(who, made.id);
  expect([await told(ida), await told(bo), await told(partner)]).toEqual([["stop_exercise"], ["stop_exercise"], []]);
});
