import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DraftGroup, GroupView } from "#lib/contracts/groups.ts";
import { verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import { DAY, instant, MINUTE } from "#lib/domain/instant.ts";
import { decideAboutGroup } from "#lib/operations/decide-group.ts";
import { decideTrust } from "#lib/operations/decide-trust.ts";
import { draftGroup } from "#lib/operations/draft-group.ts";
import { previewTrust } from "#lib/operations/preview-trust.ts";
import { proposeMember } from "#lib/operations/propose-member.ts";
import { readAgreement } from "#lib/operations/read-agreements.ts";
import { readGroup, readGroups } from "#lib/operations/read-groups.ts";
import { requestTrust } from "#lib/operations/request-trust.ts";
import { asToken, openLine, seedPerson } from "#lib/testing/line.ts";
import { settleGroups } from "./groups.ts";
import { reconcileHomeserver } from "./homeserver.ts";
import { startWorker } from "./worker.ts";
import { type Member, newWorld, type World } from "./world.fixture.ts";

type Taking = Member & {
  readonly id: string;
  readonly agency: AgencyId;
  readonly asker: Actor;
  readonly approver: Actor;
};

let database: Awaited<ReturnType<typeof openLine>>;
let owner: pg.Client;
let world: World;
let coordinator: Actor;
let [a, b, c]: readonly Taking[] = [];

beforeAll(async () => {
  database = await openLine();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  coordinator = await seedPerson("Frida", { role: "coordinator" });
});
afterAll(async () => {
  await owner.end();
  await database.close();
});
const join = async (name: string): Promise<Taking> => {
  const member = await world.addServer(name);
  const agency = idOf("agy", member.agency);
  return {
    ...member,
    agency,
    asker: await seedPerson(`Astrid ${name}`, { role: "administrator", agency }),
    approver: await seedPerson(`Bo ${name}`, { role: "approver", agency }),
  };
};
beforeEach(async () => {
  const sql = async (query: string, values: readonly unknown[] = []) => (await owner.query(query, [...values])).rows;
  world = await newWorld(sql, instant(Date.now() - 10 * MINUTE));
  [a, b, c] = [await join("fv"), await join("ts"), await join("uv")];
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const bare = (view: { readonly id: string }) => idOf("grp", view.id.slice("grp_".length));
const members = (): readonly Taking[] => [a, b, c].filter((each) => each !== undefined);
const the = (member: Taking | undefined): Taking => {
  if (member === undefined) throw new Error("not joined");
  return member;
};

/** The worker's look at all groups, then a round of each server. */
const settle = async (at = Date.now()): Promise<readonly string[]> => {
  world.clock.set(instant(Math.max(at, world.clock.now() + 1)));
  const woken = await settleGroups(world.clock);
  const signal = new AbortController().signal;
  for (const { id } of members()) await reconcileHomeserver(world.deps, { homeserver: id, traceId: "t", signal });
  return woken;
};
const lets = (one: Taking | undefined, other: Taking | undefined): boolean =>
  the(one).simulator.lets(the(other).name) && the(other).simulator.lets(the(one).name);
/** Every pair that is open on both servers. */
const doors = (): readonly string[] =>
  members().flatMap((one, place) =>
    members()
      .slice(place + 1)
      .filter((other) => lets(one, other))
      .map((other) => `${one.name}–${other.name}`),
  );
const draft = async (among: readonly Taking[], more: Partial<DraftGroup> = {}): Promise<GroupView> =>
  value(
    await draftGroup(coordinator, {
      kind: "circle",
      name: "Grundavtal",
      purpose: "Samverkan mellan myndigheter",
      members: among.map(({ agency }) => agency),
      joining: "silence",
      objectionMs: 14 * DAY,
      ...more,
    }),
  );
const current = async (group: GroupView, actor = coordinator) => value(await readGroup(actor, { id: bare(group) }));
type Act = Omit<Parameters<typeof decideAboutGroup>[1], "id" | "version" | "digest"> & { readonly digest?: string };
const act = async (actor: Actor, group: GroupView, wish: Act) => {
  const { version, digest, members: all } = await current(group);
  const about = all.find(({ agency }) => agency.id === `agy_${wish.move === "admit" ? wish.about : wish.as}`);
  return decideAboutGroup(actor, { id: bare(group), version, digest: about?.digest ?? digest, ...wish });
};
const consent = async (member: Taking, group: GroupView, more: Partial<Act> = {}) => {
  value(await act(member.asker, group, { as: member.agency, move: "request" }));
  value(await act(member.approver, group, { as: member.agency, move: "consent", diarienummer: "2026/17", ...more }));
};
const everybody = async (group: GroupView) => {
  for (const member of members()) await consent(member, group);
};

describe("a circle", () => {
  test("opens every pair of members that have consented once to one digest, and no other", async () => {
    const group = await draft(members());
    await settle();
    expect(doors()).toEqual([]);
    await consent(the(a), group);
    expect(await settle()).toEqual([]);
    await consent(the(b), group);
    expect([...(await settle())].toSorted()).toEqual([the(a).id, the(b).id].toSorted());
    expect(doors()).toEqual([`${the(a).name}–${the(b).name}`]);
    await consent(the(c), group);
    await settle();
    expect(doors()).toHaveLength(3);
    // Nothing is done twice, whoever looks.
    await Promise.all([settleGroups(world.clock), settleGroups(world.clock)]);
    expect(
      await owner.query("SELECT count(*)::int AS count FROM trust_group_pair WHERE group_id = $1", [bare(group)]),
    ).toMatchObject({ rows: [{ count: 3 }] });
    expect((await verifyAudit(db("web"))).ok).toBe(true);
  });

  test("makes agreements that name the group's digest and the people of both sides, for their two alone", async () => {
    const group = await draft(members());
    await everybody(group);
    await settle();
    const view = await current(group, the(a).approver);
    expect(view.doors).toEqual({ open: 3, of: 3 });
    expect(view.pairs.map(({ own, state, silent }) => [own.id, state, silent])).toEqual([
      [`agy_${the(a).agency}`, "open", null],
      [`agy_${the(a).agency}`, "open", null],
    ]);
    const id = idOf("agr", view.pairs[0]?.agreement?.slice("agr_".length) ?? "");
    const agreement = value(await readAgreement(the(a).approver, { id }));
    expect([agreement.stage, agreement.terms?.basis]).toEqual([
      "agreed",
      { group: group.id, name: "Grundavtal", digest: group.digest, silent: null },
    ]);
    expect(agreement.consents.map(({ person, diarienummer }) => [person?.name?.slice(0, 2), diarienummer])).toEqual([
      ["Bo", "2026/17"],
      ["Bo", "2026/17"],
    ]);
    const outsiders = (await current(group, the(c).approver)).pairs.map(({ agreement: seen }) => seen);
    expect(outsiders).not.toContain(`agr_${id}`);
    expect(codeOf(await readAgreement(coordinator, { id }))).toBe("done");
    expect(value(await readAgreement(coordinator, { id })).terms).toBe(null);
  });

  test("asks four eyes of each member: nobody consents who asked, twice, for another, by a token, or to other terms", async () => {
    const group = await draft(members());
    const own = { as: the(a).agency };
    expect(codeOf(await act(the(a).approver, group, { ...own, move: "consent" }))).toBe("move_not_allowed");
    value(await act(the(a).approver, group, { ...own, move: "request" }));
    expect(codeOf(await act(the(a).approver, group, { ...own, move: "consent" }))).toBe("own_request");
    expect(codeOf(await act(the(a).asker, group, { ...own, move: "consent" }))).toBe("not_permitted");
    expect(codeOf(await act(the(b).approver, group, { ...own, move: "consent" }))).toBe("not_permitted");
    const other = await seedPerson(
      "Cilla",
      { role: "approver", agency: the(a).agency },
      { role: "approver", agency: the(b).agency },
    );
    expect(codeOf(await act(asToken(other), group, { ...own, move: "consent" }))).toBe("tokens_never_decide");
    expect(codeOf(await act(other, group, { ...own, move: "consent", digest: "sha256:x" }))).toBe("terms_changed");
    value(await act(other, group, { ...own, move: "consent" }));
    value(await act(the(b).asker, group, { as: the(b).agency, move: "request" }));
    expect(codeOf(await act(other, group, { as: the(b).agency, move: "consent" }))).toBe("already_consented");
  });

  test("takes in a newcomer by silence when the objection time has passed, but for who excepted itself", async () => {
    const group = await draft([the(a), the(b)]);
    await consent(the(a), group);
    await consent(the(b), group);
    const proposed = value(await proposeMember(coordinator, { id: bare(group), agency: the(c).agency }));
    const entry = proposed.members.find(({ agency }) => agency.id === `agy_${the(c).agency}`);
    await consent(the(c), group);
    value(
      await act(the(b).approver, group, {
        as: the(b).agency,
        about: the(c).agency,
        move: "except",
        reason: "Utan uppgift",
      }),
    );
    await settle();
    expect(doors()).toEqual([`${the(a).name}–${the(b).name}`]);
    const enters = entry?.entersAt ?? 0;
    expect(enters - (entry?.since ?? 0)).toBe(14 * DAY);
    await settle(enters - 1);
    expect(doors()).toHaveLength(1);
    await settle(enters);
    expect(doors()).toEqual([`${the(a).name}–${the(b).name}`, `${the(a).name}–${the(c).name}`]);
    const pair = (await current(group, the(a).approver)).pairs.find(({ other }) => other.id === entry?.agency.id);
    expect(pair?.silent?.id).toBe(`agy_${the(a).agency}`);
    const id = idOf("agr", pair?.agreement?.slice("agr_".length) ?? "");
    expect(value(await readAgreement(the(c).approver, { id })).terms?.basis?.silent).toBe("home");
  });

  test("parts one pair by either's exception, and all of a member's that leaves; what else holds a door keeps it open", async () => {
    const group = await draft(members());
    await everybody(group);
    const beside = value(
      await requestTrust(the(a).asker, { as: the(a).agency, partner: the(c).agency, purpose: "Eget" }),
    );
    const id = idOf("agr", beside.id.slice("agr_".length));
    const digest = beside.digest ?? "";
    value(await decideTrust(the(a).approver, { id, digest, version: 1, as: the(a).agency, move: "endorse" }));
    value(await decideTrust(the(c).approver, { id, digest, version: 2, as: the(c).agency, move: "accept" }));
    await settle();
    expect(doors()).toHaveLength(3);
    const held = value(await previewTrust(the(a).approver, { id, move: "revoke" }));
    const besides = (await current(group, the(a).approver)).pairs.find(
      ({ other }) => other.id === `agy_${the(c).agency}`,
    );
    expect(held.homeservers.flatMap(({ lines }) => lines.flatMap(({ heldBy }) => heldBy))).toEqual([
      besides?.agreement,
      besides?.agreement,
    ]);
    value(
      await act(the(a).approver, group, {
        as: the(a).agency,
        about: the(b).agency,
        move: "except",
        reason: "Utredning",
      }),
    );
    await settle();
    expect(doors()).toEqual([`${the(a).name}–${the(c).name}`, `${the(b).name}–${the(c).name}`]);
    const pair = (await current(group, the(b).approver)).pairs.find(({ state }) => state === "excepted");
    const parted = value(await readAgreement(the(b).approver, { id: idOf("agr", pair?.agreement?.slice(4) ?? "") }));
    expect([parted.stage, parted.closedBy]).toEqual(["closed", "part"]);
    value(await act(the(c).approver, group, { as: the(c).agency, move: "leave", reason: "Uppdraget är slut" }));
    await settle();
    expect(doors()).toEqual([`${the(a).name}–${the(c).name}`]);
  });

  test("ends by the word of two, never of one, and nothing is consented to after", async () => {
    const group = await draft(members());
    await everybody(group);
    await settle();
    value(await act(coordinator, group, { move: "end", reason: "Ersätts" }));
    expect(codeOf(await act(coordinator, group, { move: "end", reason: "Ersätts" }))).toBe("already_consented");
    await settle();
    expect(doors()).toHaveLength(3);
    expect(codeOf(await act(the(a).approver, group, { as: the(a).agency, move: "end", reason: "r" }))).toBe(
      "not_permitted",
    );
    value(await act(await seedPerson("Gun", { role: "coordinator" }), group, { move: "end", reason: "Ersätts" }));
    await settle();
    expect([doors(), (await current(group)).state]).toEqual([[], "ended"]);
    expect(codeOf(await act(the(a).approver, group, { as: the(a).agency, move: "leave", reason: "r" }))).toBe(
      "move_not_allowed",
    );
  });

  test("is drafted by who may, of active agencies with servers of their own, and seen by its members alone", async () => {
    const wish = { kind: "circle", name: "n", purpose: "p", joining: "all" } as const;
    const [one, other] = [the(a).agency, the(b).agency];
    expect(codeOf(await draftGroup(the(a).asker, { ...wish, members: [one, other] }))).toBe("not_permitted");
    expect(codeOf(await draftGroup(the(a).asker, { ...wish, as: other, members: [one] }))).toBe("not_permitted");
    expect(codeOf(await draftGroup(the(a).asker, { ...wish, as: one, members: [one] }))).toBe("invalid_input");
    const own = value(await draftGroup(the(a).asker, { ...wish, as: one, members: [other] }));
    expect(own.members.map(({ stage }) => stage).toSorted()).toEqual(["invited", "requested"]);
    expect(codeOf(await readGroup(the(c).approver, { id: bare(own) }))).toBe("not_found");
    expect(value(await readGroups(the(c).approver, {})).items).toEqual([]);
    await owner.query("INSERT INTO homeserver_agency (homeserver_id, agency_id) VALUES ($1, $2)", [
      the(b).id,
      the(c).agency,
    ]);
    expect(codeOf(await draftGroup(coordinator, { ...wish, members: [one, other] }))).toBe(
      "group_member_without_server",
    );
  });
});

describe("a task force", () => {
  const force = (more: Partial<DraftGroup> = {}) =>
    draft([the(a), the(b)], {
      kind: "task_force",
      joining: "all",
      end: Date.now() + 30 * DAY,
      content: { ceiling: "3" },
      ...more,
    });

  test("has an end, and the lowest level that any member brings", async () => {
    expect(
      codeOf(
        await draftGroup(coordinator, {
          kind: "task_force",
          name: "n",
          purpose: "p",
          joining: "all",
          members: [the(a).agency, the(b).agency],
        }),
      ),
    ).toBe("invalid_input");
    const group = await force();
    await consent(the(a), group, { ceiling: 2 });
    await consent(the(b), group, { ceiling: 1 });
    expect((await current(group)).ceiling).toBe(1);
    await settle();
    const [pair] = (await current(group, the(a).approver)).pairs;
    const agreement = value(await readAgreement(the(a).approver, { id: idOf("agr", pair?.agreement?.slice(4) ?? "") }));
    expect([agreement.terms?.content?.ceiling, agreement.end]).toEqual([1, group.end]);
  });

  test("takes in a newcomer when every member has consented to it, and opens nothing before", async () => {
    const group = await force();
    await consent(the(a), group);
    await consent(the(b), group);
    value(await proposeMember(the(a).asker, { id: bare(group), as: the(a).agency, agency: the(c).agency }));
    await consent(the(c), group);
    value(await act(the(a).approver, group, { as: the(a).agency, about: the(c).agency, move: "admit" }));
    await settle();
    expect(doors()).toEqual([`${the(a).name}–${the(b).name}`]);
    value(await act(the(b).approver, group, { as: the(b).agency, about: the(c).agency, move: "admit" }));
    await settle();
    expect(doors()).toHaveLength(3);
    expect((await current(group, the(a).approver)).pairs.map(({ silent }) => silent)).toEqual([null, null]);
  });

  test("opens nothing past its end, without a word from anybody", async () => {
    const group = await force({ end: Date.now() + DAY });
    await consent(the(a), group);
    await consent(the(b), group);
    await settle();
    expect(doors()).toHaveLength(1);
    await settle((group.end ?? 0) + 1);
    expect(doors()).toEqual([]);
  });

  test("offers a room's access list of the members that take part, and no other", async () => {
    const group = await force();
    await consent(the(a), group);
    const acl = JSON.parse((await current(group)).roomAcl);
    expect(acl).toEqual({ allow: [the(a).name], allow_ip_literals: false, deny: [] });
  });
});

test("the consent that completes a pair opens its doors at once, long before any sweep", async () => {
  const worker = await startWorker({
    databaseUrl: database.workerUrl,
    keys: world.keys,
    http: world.http,
    clock: world.clock,
    sweepSeconds: 3_600,
  });
  await worker.idle();
  const group = await draft([the(a), the(b)]);
  await consent(the(a), group);
  await consent(the(b), group);
  await expect.poll(doors, { timeout: 15_000, interval: 20 }).toEqual([`${the(a).name}–${the(b).name}`]);
  await worker.stop(200);
});

test("the worker carries no consent into an agreement that its person did not give the group", async () => {
  const group = await draft([the(a), the(b)]);
  await consent(the(a), group);
  await consent(the(b), group);
  await settle();
  const [pair] = (await current(group, the(a).approver)).pairs;
  const worker = new pg.Client(database.workerUrl);
  await worker.connect();
  const forge = (person: string, kind: string) =>
    worker.query(
      `INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, person_id, at)
       VALUES (gen_random_uuid(), $1, 1, 'd', 'home', $2, $3, $4, 1)`,
      [pair?.agreement?.slice(4), the(a).agency, kind, person],
    );
  await expect(forge(the(b).approver.person, "endorse")).rejects.toMatchObject({ code: "42501" });
  await expect(forge(the(a).approver.person, "resume")).rejects.toMatchObject({ code: "42501" });
  await expect(forge(the(a).approver.person, "endorse")).resolves.toMatchObject({ rowCount: 1 });
  await worker.end();
});
