import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actorFrom } from "#lib/auth/actor.ts";
import { signOut } from "#lib/auth/sign-out.ts";
import { verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type Actor, reaches } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { fixedClock, systemClock } from "#lib/platform/clock.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { actorBy, begin, enter, openPortal, setUpWish, tokenIn } from "#lib/testing/sign-in/portal.ts";
import { applyApproverChange } from "./change-approvers.ts";
import { disablePerson, enablePerson, erasePerson } from "./disable-person.ts";
import { invitePerson, redeemInvitation, revokeInvitation } from "./invitations.ts";
import { listPeople } from "./list-people.ts";
import { endMembership, grantMembership } from "./memberships.ts";
import { readSession } from "./read-session.ts";
import { setUp } from "./set-up.ts";
import { printLink, redeemLink, setUpLink } from "./sign-in-links.ts";
import { createToken, revokeToken } from "./tokens.ts";

let portal: Awaited<ReturnType<typeof openPortal>>;
let start: Awaited<ReturnType<typeof begin>>;
beforeAll(async () => {
  portal = await openPortal();
  start = await begin();
});
afterAll(async () => {
  await portal.goAway();
  await portal.close();
});

type Outcome = { readonly ok: boolean; readonly error?: { readonly code: string } };
const code = (outcome: Outcome): string => (outcome.ok ? "done" : (outcome.error?.code ?? ""));

const invite = async (role: "administrator" | "approver" | "auditor", by: Actor = start.coordinator) => {
  const made = await invitePerson(by, { role, agency: start.agency, operator: null, email: null });
  if (!made.ok) throw new Error(made.error.code);
  return { token: tokenIn(made.value.url), id: made.value.id };
};

let count = 0;
const stranger = () => {
  count += 1;
  return enter(portal.wide, { sub: `person-${count}`, name: `Person ${count}` });
};

const member = async (role: "administrator" | "approver" | "auditor") => {
  const { actor, secret } = await stranger();
  const { token } = await invite(role);
  const redeemed = await redeemInvitation(actor, { token });
  if (!redeemed.ok) throw new Error(redeemed.error.code);
  const now = await actorBy(secret);
  if (now === undefined) throw new Error("not signed in");
  return { actor: now, secret, outcome: redeemed.value };
};

describe("the set-up link", () => {
  it("never works twice, and none is made once there is a coordinator", async () => {
    expect(code(await setUp(setUpWish(start.token, "202100-6297"), newTraceId()))).toBe("link_invalid");
    expect(await setUpLink()).toBeUndefined();
  });
  it("makes its person coordinator, and administrator of the first agency", () => {
    expect(start.coordinator.memberships.map(({ role }) => role).toSorted()).toEqual(["administrator", "coordinator"]);
    expect(start.coordinator.credential).toEqual({ kind: "link" });
  });
});

describe("a sign-in link", () => {
  const link = async () => {
    const made = await printLink({ person: start.coordinator.person });
    if (!made.ok) throw new Error(made.error.code);
    return made.value.url;
  };
  it("carries its token in the fragment, which no server sees", async () => {
    const url = new URL(await link());
    expect(url.pathname + url.search).toBe("/sign-in/link");
    expect(url.hash).toMatch(/^#[\w-]{43}$/);
  });
  it("of twenty who use it at once lets exactly one in", async () => {
    const token = tokenIn(await link());
    const all = await Promise.all(Array.from({ length: 20 }, () => redeemLink({ token }, newTraceId())));
    expect(all.filter(({ ok: won }) => won)).toHaveLength(1);
    expect(new Set(all.filter(({ ok: won }) => !won).map(code))).toEqual(new Set(["link_invalid"]));
  });
  it("begins a session that says it is one by link", async () => {
    const begun = await redeemLink({ token: tokenIn(await link()) }, newTraceId());
    const actor = await actorBy(begun.ok ? begun.value.secret : undefined);
    const session = actor && (await readSession(actor));
    expect(session?.ok && session.value.method).toBe("link");
  });
  it("is not made for somebody unknown", async () => {
    expect(code(await printLink({ email: "nobody@fv.example" }))).toBe("not_found");
  });
});

describe("an invitation", () => {
  it("gives its role to whoever redeems it", async () => {
    const { actor } = await member("auditor");
    expect(actor.memberships).toEqual([{ role: "auditor", agency: start.agency }]);
  });
  it("of ten people who redeem it at once lets exactly one in", async () => {
    const people: Actor[] = [];
    for (let i = 0; i < 10; i += 1) people.push((await stranger()).actor);
    const { token } = await invite("auditor");
    const all = await Promise.all(people.map((actor) => redeemInvitation(actor, { token })));
    expect(all.map(code).toSorted()).toEqual(["done", ...Array.from({ length: 9 }, () => "invitation_invalid")]);
  });
  it("does not hold once it is taken back", async () => {
    const made = await invitePerson(start.coordinator, {
      role: "auditor",
      agency: start.agency,
      operator: null,
      email: null,
    });
    if (!made.ok) throw new Error(made.error.code);
    const row = await db("owner").$queryRaw<{ id: string }[]>`select id from invitation order by id desc limit 1`;
    expect(code(await revokeInvitation(start.coordinator, { id: idOf("inv", row[0]?.id ?? "") }))).toBe("done");
    const { actor } = await stranger();
    expect(code(await redeemInvitation(actor, { token: tokenIn(made.value.url) }))).toBe("invitation_invalid");
  });
  it("to an operator gives its role and no agency's, and is a coordinator's to make", async () => {
    const operator = idOf("opr", newId());
    await db("owner").operator.create({ data: { id: operator, name: "Driften", createdAt: 1n } });
    const wish = { role: "operator" as const, agency: null, operator, email: null };
    const { actor: administrator } = await member("administrator");
    expect(code(await invitePerson(administrator, wish))).toBe("not_permitted");
    const made = await invitePerson(start.coordinator, wish);
    if (!made.ok) throw new Error(made.error.code);
    const { actor, secret } = await stranger();
    expect(code(await redeemInvitation(actor, { token: tokenIn(made.value.url) }))).toBe("done");
    expect((await actorBy(secret))?.memberships).toEqual([expect.objectContaining({ role: "operator", operator })]);
  });
  it("is not made by who does not administer that agency", async () => {
    const { actor } = await member("auditor");
    const wish = { role: "auditor" as const, agency: start.agency, operator: null, email: null };
    expect(code(await invitePerson(actor, wish))).toBe("not_permitted");
    const { actor: nobody } = await stranger();
    expect(code(await invitePerson(nobody, { ...wish, role: "coordinator", agency: null }))).toBe("not_permitted");
    expect(code(await listPeople(nobody, { limit: 10 }))).toBe("not_permitted");
  });
  it("to the role of approver of an active agency waits for its own approver", async () => {
    const first = await member("approver");
    expect(first.outcome.state).toBe("granted");
    await db("owner").$executeRaw`update agency set state = 'active' where id = ${start.agency}::uuid`;
    const second = await member("approver");
    expect(second.outcome.state).toBe("awaiting_approver");
    expect(second.actor.memberships).toEqual([]);
    const after = { action: "grant", person: second.actor.person };
    const applied = await inTransaction(first.actor, async (tx) =>
      ok(await applyApproverChange(tx, start.agency, after)),
    );
    await db("owner").$executeRaw`update agency set state = 'invited' where id = ${start.agency}::uuid`;
    expect(applied).toEqual({ ok: true, value: "applied" });
    expect((await actorBy(second.secret))?.memberships).toEqual([{ role: "approver", agency: start.agency }]);
  });
});

describe("a person who is here already", () => {
  it("is given another role at once, and that of approver when the agency's own approver agrees", async () => {
    const { actor } = await member("auditor");
    const place = { person: actor.person, agency: start.agency, operator: null };
    const given = await grantMembership(start.coordinator, { ...place, role: "administrator" });
    expect(given).toMatchObject({ ok: true, value: { state: "granted" } });
    const again = await grantMembership(start.coordinator, { ...place, role: "administrator" });
    expect(again.ok && given.ok && again.value.membership).toBe(given.ok && given.value.membership);
    await member("approver");
    await db("owner").$executeRaw`update agency set state = 'active' where id = ${start.agency}::uuid`;
    const asked = await grantMembership(start.coordinator, { ...place, role: "approver" });
    await db("owner").$executeRaw`update agency set state = 'invited' where id = ${start.agency}::uuid`;
    expect(asked).toMatchObject({ ok: true, value: { state: "awaiting_approver", membership: null } });
    expect(code(await grantMembership(actor, { ...place, role: "coordinator", agency: null }))).toBe("not_permitted");
  });
});

describe("a disabled person", () => {
  it("is refused at the next request, by session, token and link, and comes in again only anew", async () => {
    const { actor, secret } = await member("auditor");
    const made = await createToken(actor, { name: "t", scopes: ["audit:read"], days: 1 });
    const headers = new Headers({ authorization: `Bearer ${made.ok ? made.value.token : ""}` });
    const link = await printLink({ person: actor.person });
    expect((await actorFrom({ headers }))?.person).toBe(actor.person);
    expect(code(await disablePerson(start.coordinator, { id: actor.person }))).toBe("done");
    expect(await actorBy(secret)).toBeUndefined();
    expect(await actorFrom({ headers })).toBeUndefined();
    expect(code(await redeemLink({ token: tokenIn(link.ok ? link.value.url : null) }, newTraceId()))).toBe(
      "link_invalid",
    );
    expect(code(await enablePerson(start.coordinator, { id: actor.person }))).toBe("done");
    expect(await actorBy(secret)).toBeUndefined();
    expect(await actorFrom({ headers })).toBeUndefined();
  });
  it("is never the last coordinator, nor whoever asks", async () => {
    expect(code(await disablePerson(start.coordinator, { id: start.coordinator.person }))).toBe("not_permitted");
    const rows = await db("owner").$queryRaw<{ id: string }[]>`select id from membership where role = 'coordinator'`;
    expect(code(await endMembership(start.coordinator, { id: idOf("mem", rows[0]?.id ?? "") }))).toBe(
      "last_coordinator",
    );
  });
});

describe("two coordinators", () => {
  it("who disable each other at once leave one", async () => {
    const invited = await invitePerson(start.coordinator, {
      role: "coordinator",
      agency: null,
      operator: null,
      email: null,
    });
    const { actor, secret } = await stranger();
    await redeemInvitation(actor, { token: tokenIn(invited.ok ? invited.value.url : null) });
    const other = await actorBy(secret);
    if (other === undefined) throw new Error("not signed in");
    const both = await Promise.all([
      disablePerson(start.coordinator, { id: other.person }),
      disablePerson(other, { id: start.coordinator.person }),
    ]);
    expect(both.map(code).toSorted()).toEqual(["done", "last_coordinator"]);
    const left = both[0]?.ok ? start.coordinator : other;
    const gone = left === other ? start.coordinator : other;
    expect(code(await enablePerson(left, { id: gone.person }))).toBe("done");
  });
});

describe("a personal API token", () => {
  const tokenOf = async (actor: Actor) => {
    const made = await createToken(actor, { name: "ci", scopes: ["directory:read"], days: 30 });
    if (!made.ok || made.value.token === null) throw new Error("no token");
    return { ...made.value, headers: new Headers({ authorization: `Bearer ${made.value.token}` }) };
  };
  it("reaches what its scopes say, is stored as a hash, and cannot make another", async () => {
    const { actor } = await member("auditor");
    const { headers, token } = await tokenOf(actor);
    const found = await actorFrom({ headers });
    if (found === undefined) throw new Error("not found");
    expect(reaches(found, "directory:read")).toBe(true);
    expect(reaches(found, "audit:read")).toBe(false);
    expect(code(await createToken(found, { name: "x", scopes: ["audit:read"], days: 1 }))).toBe("tokens_never_decide");
    expect(JSON.stringify(await db("owner").$queryRaw`select name, prefix, token_hash from api_token`)).not.toContain(
      token,
    );
  });
  it("holds until its time is out, and not a moment after", async () => {
    const { actor } = await member("auditor");
    const { headers, expiresAt } = await tokenOf(actor);
    expect(expiresAt - systemClock.now()).toBeLessThanOrEqual(30 * DAY);
    expect(await actorFrom({ headers }, { clock: fixedClock(expiresAt - 1) })).toBeDefined();
    expect(await actorFrom({ headers }, { clock: fixedClock(expiresAt) })).toBeUndefined();
  });
  it("ends when it is revoked, by its own person alone", async () => {
    const { actor } = await member("auditor");
    const { headers, id } = await tokenOf(actor);
    const { parsePublicId } = await import("#lib/domain/ids.ts");
    const bare = parsePublicId("tok", id);
    if (!bare.ok) throw new Error("no id");
    expect(code(await revokeToken(start.coordinator, { id: bare.value }))).toBe("not_found");
    expect(await actorFrom({ headers })).toBeDefined();
    expect(code(await revokeToken(actor, { id: bare.value }))).toBe("done");
    expect(await actorFrom({ headers })).toBeUndefined();
  });
  it("that does not hold is not made good by a cookie beside it", async () => {
    const { secret } = await stranger();
    const headers = new Headers({ cookie: `tillit.session=${secret}`, authorization: "Bearer tlt_wrong" });
    expect(await actorFrom({ headers })).toBeUndefined();
  });
});

describe("leaving", () => {
  it("by signing out ends the session itself, not only its cookie", async () => {
    const { secret } = await stranger();
    const headers = new Headers({ cookie: `tillit.session=${secret}` });
    expect(await signOut({ headers }, newTraceId())).toMatch(/^tillit\.session=; Max-Age=0;/);
    expect(await actorBy(secret)).toBeUndefined();
  });
  it("by erasure takes name and identity away and leaves the pseudonym", async () => {
    const { actor, secret } = await member("auditor");
    const { id: other } = { id: actor.person };
    expect(code(await erasePerson(start.coordinator, { id: other }))).toBe("done");
    expect(await actorBy(secret)).toBeUndefined();
    const names = await db("owner").$queryRaw<unknown[]>`select 1 from person_name where person_id = ${other}::uuid`;
    const ids = await db("owner").$queryRaw<unknown[]>`select 1 from identity where person_id = ${other}::uuid`;
    const people = await db("owner").$queryRaw<
      { pseudonym: string }[]
    >`select pseudonym::text from person where id = ${other}::uuid`;
    expect([names.length, ids.length, people[0]?.pseudonym]).toEqual([0, 0, actor.pseudonym]);
    const acts = await db("owner").$queryRaw<unknown[]>`select 1 from audit where actor = ${actor.pseudonym}::uuid`;
    expect(acts.length).toBeGreaterThan(0);
    const verified = await verifyAudit(db("web"));
    expect([verified.ok, verified.firstBad]).toEqual([true, null]);
    const listed = await listPeople(start.coordinator, { limit: 200 });
    const gone = listed.ok ? listed.value.items.find(({ id }) => id.endsWith(other)) : undefined;
    expect(gone).toMatchObject({ name: null, email: null, memberships: [], allowed: [] });
  });
});
