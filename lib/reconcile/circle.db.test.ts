import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import { DAY, HOUR, later } from "#lib/domain/instant.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { addBarred, liftBarred } from "#lib/operations/barred.ts";
import { decideAboutGroup } from "#lib/operations/decide-group.ts";
import { draftGroup } from "#lib/operations/draft-group.ts";
import { readGroup } from "#lib/operations/read-groups.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { settleGroups } from "./groups.ts";

const SIZE = 40;
const MOST_ACTS = 4;

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
type Member = { readonly agency: AgencyId; readonly people: readonly [Actor, Actor] };
const join = async (place: number): Promise<Member> => {
  const { id: agency } = await seedAgency(`Myndighet ${place}`, `chat.m${place}.example`);
  const asker = await seedPerson(`A${place}`, { role: "administrator", agency });
  return { agency, people: [asker, await seedPerson(`B${place}`, { role: "approver", agency })] };
};

test("a pair is made with nobody who was barred after consenting, and is when the bar is lifted", async () => {
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  const members = [await join(100), await join(101)];
  const drafted = value(
    await draftGroup(coordinator, {
      kind: "circle",
      name: "Två",
      purpose: "Samverkan",
      members: members.map(({ agency }) => agency),
      joining: "silence",
      objectionMs: 14 * DAY,
    }),
  );
  const id = idOf("grp", drafted.id.slice("grp_".length));
  for (const { agency, people } of members)
    for (const [place, move] of (["request", "consent"] as const).entries()) {
      const { version, digest } = value(await readGroup(coordinator, { id }));
      const actor = people[place];
      if (actor !== undefined) value(await decideAboutGroup(actor, { id, as: agency, move, version, digest }));
    }
  const serverName = parseServerName("m101.example");
  if (!serverName.ok) throw new Error("no name");
  const wish = { kind: "server_name", serverName: serverName.value, reason: "Stulen domän." } as const;
  const [bar] = value(await addBarred(coordinator, wish)).items;
  const made = () => db("owner").trustGroupPair.count({ where: { groupId: id } });
  await settleGroups(systemClock);
  expect(await made()).toBe(0);
  value(await liftBarred(coordinator, { id: idOf("bar", bar?.id.slice("bar_".length) ?? "") }));
  await settleGroups({ now: () => later(systemClock.now(), HOUR) });
  expect(await made()).toBe(1);
});

test("forty agencies are connected, each to each, by at most four acts an agency", async () => {
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  const members: Member[] = [];
  for (let place = 0; place < SIZE; place += 1) members.push(await join(place));
  const drafted = value(
    await draftGroup(coordinator, {
      kind: "circle",
      name: "Grundavtal",
      purpose: "Samverkan",
      members: members.map(({ agency }) => agency),
      joining: "silence",
      objectionMs: 14 * DAY,
    }),
  );
  const id = idOf("grp", drafted.id.slice("grp_".length));
  for (const { agency, people } of members)
    for (const [place, move] of (["request", "consent"] as const).entries()) {
      const { version, digest } = value(await readGroup(coordinator, { id }));
      const actor = people[place];
      if (actor !== undefined) value(await decideAboutGroup(actor, { id, as: agency, move, version, digest }));
    }
  await settleGroups(systemClock);
  expect(value(await readGroup(coordinator, { id })).doors).toEqual({ open: 780, of: 780 });
  expect(
    await db("owner").agreement.count({
      where: { stage: "agreed", parties: { every: { agency: { nameSv: { not: "Myndighet 100" } } } } },
    }),
  ).toBe(780);
  const acts = await db("owner").audit.groupBy({
    by: ["actor"],
    where: { kind: { startsWith: "group." }, actor: { not: null } },
    _count: true,
  });
  const by = new Map(acts.map(({ actor, _count }) => [actor, _count]));
  const perAgency = members.map(({ people }) =>
    people.reduce((sum, { pseudonym }) => sum + (by.get(pseudonym) ?? 0), 0),
  );
  expect(Math.max(...perAgency)).toBeLessThanOrEqual(MOST_ACTS);
  expect(Math.min(...perAgency)).toBeGreaterThan(0);
}, 180_000);
