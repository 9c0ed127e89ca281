import { beforeEach, expect, test } from "vitest";
import { DAY, HOUR, instant, MINUTE } from "#lib/domain/instant.ts";
import { reconcileHomeserver, STEPS } from "./homeserver.ts";
import { agreementOf, named } from "./scene.fixture.ts";
import { ownTables } from "./tables.fixture.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

let world: World;
let a: Member;
let b: Member;

const round = (member: Member, more: Partial<World["deps"]> & { between?: (step: string) => void } = {}) =>
  reconcileHomeserver(
    { ...world.deps, ...more },
    { homeserver: member.id, traceId: "t", signal: new AbortController().signal },
  );
const both = async () => [await round(a), await round(b)];
const open = () => [a.simulator.lets(b.name), b.simulator.lets(a.name)];

beforeEach(async () => {
  world = await newWorld(await ownTables());
  a = await world.addServer("fv");
  b = await world.addServer("ts");
});

test("two consents open both doors, each lane lit at every station, and both senders' back-off is reset", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  expect(open()).toEqual([true, true]);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const lane = await world.stations(from, to);
    expect(lane).toMatchObject({
      stored: { state: "reached" },
      effective: { state: "reached" },
      observed: { state: "reached", verdict: "listed_or_open", gate: "shut_to_strangers" },
    });
  }
  expect((await world.headOf(b))?.["status"]).toBe("in_force");
  expect(a.simulator.resets()).toContain(b.name);
  expect(b.simulator.resets()).toContain(a.name);
  const owed = await world.sql(`SELECT 1 FROM evidence WHERE detail ? 'resetDue' AND to_server_id = ANY($1)`, [
    [a.id, b.id],
  ]);
  expect(owed).toEqual([]);
});

test("a revocation shuts both doors, and both are seen shut from outside", async () => {
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  await world.decide(agreement, "revoke");
  await both();
  expect(open()).toEqual([false, false]);
  expect(await world.stations(b, a)).toMatchObject({
    effective: { state: "reached", desired: "shut" },
    observed: { state: "reached", desired: "shut", status: 403 },
  });
  expect((await world.headOf(a))?.["status"]).toBe("shut");
});

test("a second round sends nothing and writes nothing", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  await both();
  const puts = world.puts.length;
  const state = async () =>
    JSON.stringify(
      [
        await world
          .sql(`SELECT *, xmin::text FROM list_head WHERE homeserver_id = ANY($1) ORDER BY homeserver_id`, [
            [a.id, b.id],
          ])
          .then((rows) =>
            // The lock that the round takes changes no row.
            rows.map(({ xmin: _, ...rest }) => rest),
          ),
        await world.sql(`SELECT *, xmin::text FROM evidence ORDER BY 1, 2, 3`),
        await world.sql(`SELECT count(*) FROM signed_document`),
        await world.sql(`SELECT count(*) FROM receipt`),
      ],
      (_key, value) => (typeof value === "bigint" ? String(value) : value),
    );
  const before = await state();
  expect((await both()).map(({ sent, signed }) => [sent, signed])).toEqual([
    [0, "nothing"],
    [0, "nothing"],
  ]);
  expect(world.puts).toHaveLength(puts);
  expect(await state()).toBe(before);
});

const seeded = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

test("killed between any two steps, fifty times over, the next round ends in the same state", async () => {
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  let wanted = true;
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = seeded(seed);
    await world.decide(agreement, wanted ? "suspend" : "resume");
    wanted = !wanted;
    for (const member of random() < 0.5 ? [a, b] : [b, a]) {
      const fatal = STEPS[Math.floor(random() * STEPS.length)];
      const died = round(member, {
        between: (step) => {
          if (step === fatal) throw new Error(`killed after ${step}`);
        },
      });
      await expect(died).rejects.toThrow("killed");
      world.clock.advance(1_000);
      await round(member);
    }
    await both();
    expect(open(), `seed ${seed}`).toEqual([wanted, wanted]);
    const lane = await world.stations(a, b);
    expect(lane, `seed ${seed}`).toMatchObject({ observed: { state: "reached", desired: wanted ? "open" : "shut" } });
  }
  const lists = await world.sql(
    `SELECT homeserver_id, version, count(*) FROM signed_document WHERE kind = 'list' GROUP BY 1, 2 HAVING count(*) > 1`,
  );
  expect(lists).toEqual([]);
}, 60_000);

test("a reply that is lost after the change took effect ends in the same state, and no second list is signed", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  world.mischief.set(a.name, { loseReplies: true });
  const lost = await round(a);
  expect(lost.failed).toBe(true);
  expect((await world.headOf(a))?.["status"]).toBe("unreachable");
  world.mischief.delete(a.name);
  await both();
  expect(open()).toEqual([true, true]);
  expect(await world.sql(`SELECT version FROM signed_document WHERE homeserver_id = $1`, [a.id])).toHaveLength(1);
});

test("a worker that slept while another signed and sent a newer list overwrites nothing when it wakes", async () => {
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  let wake = () => {};
  const asleep = new Promise<void>((resolve) => {
    wake = resolve;
  });
  let slept = () => {};
  const sleeping = new Promise<void>((resolve) => {
    slept = resolve;
  });
  const stale = reconcileHomeserver(
    {
      ...world.deps,
      between: async (step) => {
        if (step !== "prepared") return;
        slept();
        await asleep;
      },
    },
    { homeserver: a.id, traceId: "stale", signal: new AbortController().signal },
  );
  await sleeping;
  await world.decide(agreement, "revoke");
  world.clock.advance(10);
  await round(a);
  wake();
  await stale;
  expect(a.simulator.lets(b.name)).toBe(false);
  expect(await world.headOf(a)).toMatchObject({ version: 2, status: "shut" });
});

test("a server that lets in a look-alike of an agreed name is found in its next round, whatever it runs", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  world.mischief.set(a.name, { lets: (origin) => origin.endsWith(b.name) });
  await round(a);
  expect(await world.headOf(a)).toMatchObject({ status: "differs", status_detail: { code: "suffix_match" } });
  world.mischief.delete(a.name);
  await round(a);
  expect((await world.headOf(a))?.["status"]).toBe("in_force");
});

test("a name that only looks like another and is agreed itself is no look-alike", async () => {
  const c = await world.addServer("sk");
  const alike = named(`x${b.name}`);
  await world.sql(`UPDATE homeserver SET server_name = $2 WHERE id = $1`, [c.id, alike]);
  await world.agree(agreementOf(a.name, b.name), a, b);
  await world.agree(agreementOf(a.name, alike), a, { ...c, name: alike });
  await round(a);
  expect([b.name, alike].map((name) => a.simulator.lets(name))).toEqual([true, true]);
  expect((await world.headOf(a))?.["status"]).toBe("in_force");
});

test("an open homeserver is an alarm, once in the log, and lights no lane", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  world.mischief.set(a.name, { open: true });
  await both();
  await round(a);
  expect((await world.headOf(a))?.["status"]).toBe("open_alarm");
  expect(await world.stations(b, a)).toMatchObject({ observed: { state: "unknown", gate: "open" } });
});

test.each([
  [{ fail: "refused" }, "unreachable", "refused"],
  [{ fail: "timeout" }, "unreachable", "timeout"],
  [{ fail: "tls" }, "unreachable", "tls"],
  [{ fail: "private_address" }, "unreachable", "private_address"],
  [{ fail: "too_large" }, "unreachable", "too_large"],
  [{ fail: "redirect_elsewhere" }, "differs", "redirect_elsewhere"],
  [{ body: "<html>hello</html>" }, "differs", "answer_invalid"],
] as const)(
  "a server with %o has its own state and reason, and the other is not touched",
  async (trouble, status, code) => {
    await world.agree(agreementOf(a.name, b.name), a, b);
    world.mischief.set(a.name, trouble);
    await both();
    const head = await world.headOf(a);
    expect([head?.["status"], Object(head?.["status_detail"]).code]).toEqual([status, code]);
    expect(head?.["next_attempt_at"]).not.toBeNull();
    expect((await world.headOf(b))?.["confirmed_at"]).not.toBeNull();
    expect(b.simulator.lets(a.name)).toBe(true);
  },
);

test("freshness alone makes a renewal, never a new version; content makes a new version", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  world.clock.advance(4 * MINUTE);
  expect((await round(a)).signed).toBe("nothing");
  world.clock.advance(MINUTE);
  expect(await round(a)).toMatchObject({ signed: "renewal", sent: 1 });
  expect(await world.headOf(a)).toMatchObject({ version: 1 });
  expect((await round(a)).signed).toBe("nothing");
});

test("a server out of reach is warned of after 24 hours and stale after 72, each once in the log, and told no more when it is back", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  world.mischief.set(a.name, { fail: "timeout" });
  const warningAfter = async (ms: number) => {
    world.clock.advance(ms);
    await round(a);
    return Object((await world.headOf(a))?.["status_detail"]).warning;
  };
  expect(await warningAfter(23 * HOUR)).toBeUndefined();
  expect(await warningAfter(HOUR)).toBe("stale_soon");
  expect(await warningAfter(HOUR)).toBe("stale_soon");
  expect(await warningAfter(47 * HOUR)).toBe("stale");
  expect(a.simulator.lets(b.name)).toBe(true);
  world.mischief.delete(a.name);
  expect(await warningAfter(MINUTE)).toBeUndefined();
  const rows = await world.sql(`SELECT kind FROM audit WHERE subject = $1 AND kind LIKE 'list.stale%' ORDER BY seq`, [
    `hs_${a.id}`,
  ]);
  expect(rows.map(({ kind }) => kind)).toEqual(["list.stale_soon", "list.stale"]);
});

test("what a server does when its list is stale is signed beforehand, and then done without the portal", async () => {
  await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  await world.sql(`UPDATE homeserver SET on_stale = 'shut' WHERE id = $1`, [a.id]);
  expect((await round(a)).signed).toBe("list");
  await round(b);
  world.clock.advance(3 * DAY - 1);
  expect(open()).toEqual([true, true]);
  world.clock.advance(1);
  expect(open()).toEqual([false, true]);
});

test("an agreement opens at its start and shuts at its end without a wake-up from anyone", async () => {
  const start = instant(world.clock.now() + MINUTE);
  const end = instant(world.clock.now() + 4 * MINUTE);
  await world.agree(agreementOf(a.name, b.name, { start, end }), a, b);
  const [first] = await both();
  expect(open()).toEqual([false, false]);
  expect(first?.next).toBe(start);
  world.clock.set(start);
  expect(open()).toEqual([true, true]);
  await both();
  expect((await round(a)).next).toBe(end);
  expect(await world.stations(b, a)).toMatchObject({ observed: { state: "reached", desired: "open" } });
  world.clock.set(end);
  expect(open()).toEqual([false, false]);
  await both();
  expect(await world.stations(b, a)).toMatchObject({ observed: { state: "reached", desired: "shut" } });
});

test("observe mode changes nothing on the server and says so", async () => {
  const c = await world.addServer("c", "observe");
  await world.agree(agreementOf(a.name, c.name), a, c);
  await round(c);
  expect(c.simulator.lets(a.name)).toBe(false);
  expect((await world.headOf(c))?.["status"]).toBe("observe_only");
});

test("rows that vanish from the record are held, and the doors stay until a named person says otherwise", async () => {
  const agreement = await world.agree(agreementOf(a.name, b.name), a, b);
  await both();
  await world.sql(`UPDATE agreement SET stage = 'requested' WHERE id = $1`, [agreement.id]);
  for (const table of ["decision", "agreement_server", "agreement_party", "agreement_version"])
    await world
      .sql(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
      .then(() => world.sql(`DELETE FROM ${table} WHERE agreement_id = $1`, [agreement.id]));
  await both();
  expect(open()).toEqual([true, true]);
  expect((await world.headOf(a))?.["status"]).toBe("held");
});
