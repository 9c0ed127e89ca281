import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, parsePublicId } from "#lib/domain/ids.ts";
import type { Move } from "#lib/domain/trust.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { chooseNotices, readNoticeChoices } from "./choose-notices.ts";
import { decideTrust } from "./decide-trust.ts";
import { listNotices, readNotices } from "./notices.ts";
import { requestTrust } from "./request-trust.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
let made = 0;
const scene = async () => {
  made += 1;
  const home = await seedAgency(`Hemverket ${made}`, `chat.home${made}.example`);
  const partner = await seedAgency(`Partnerverket ${made}`, `chat.partner${made}.example`);
  const people = {
    astrid: await seedPerson("Astrid", { role: "administrator", agency: home.id }),
    bo: await seedPerson("Bo", { role: "approver", agency: home.id }),
    cecilia: await seedPerson("Cecilia", { role: "approver", agency: home.id }),
    david: await seedPerson("David", { role: "approver", agency: partner.id }),
    eva: await seedPerson("Eva", { role: "auditor", agency: partner.id }),
  };
  return { home, partner, ...people };
};
const act = async (actor: Actor, agreement: AgreementView, as: AgencyId, move: Move, reason?: string) => {
  const id = parsePublicId("agr", agreement.id);
  if (!id.ok) throw new Error(agreement.id);
  const wish = { id: id.value, version: agreement.version, as, move, digest: agreement.digest ?? "" };
  return value(await decideTrust(actor, reason === undefined ? wish : { ...wish, reason }));
};
/** What a person has been told, in order, each with whether it is settled. */
const toldTo = async ({ person }: Actor): Promise<readonly string[]> => {
  const rows = await db("owner").notice.findMany({
    where: { personId: person },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map(({ kind, settledAt }) => (settledAt === null ? kind : `${kind} (settled)`));
};

describe("a notice", () => {
  test("is told with the act itself: to who must decide, to nobody twice, not to who acted, and to the partner only once it is offered", async () => {
    const { home, partner, astrid, bo, cecilia, david, eva } = await scene();
    const asked = value(await requestTrust(bo, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    expect(await Promise.all([astrid, bo, cecilia, david, eva].map(toldTo))).toEqual([[], [], ["decide"], [], []]);
    const offered = await act(cecilia, asked, home.id, "endorse");
    expect(await Promise.all([cecilia, david].map(toldTo))).toEqual([["decide (settled)"], ["decide"]]);
    const agreed = await act(david, offered, partner.id, "accept");
    expect(await Promise.all([astrid, bo, david, eva].map(toldTo))).toEqual([
      ["agreed"],
      ["agreed"],
      ["decide (settled)"],
      [],
    ]);
    await act(david, agreed, partner.id, "revoke", "slut");
    expect((await toldTo(astrid)).toSorted()).toEqual(["agreed", "revoked"]);
    const settled = await db("owner").notice.findFirstOrThrow({ where: { personId: cecilia.person, kind: "decide" } });
    expect(settled.settledBy).toBe(cecilia.person);
  });

  test("of a request that was never offered does not reach the partner", async () => {
    const { home, partner, astrid, bo, david } = await scene();
    const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    await act(bo, asked, home.id, "decline", "nej");
    expect(await Promise.all([astrid, bo, david].map(toldTo))).toEqual([["declined"], ["decide (settled)"], []]);
  });

  test("vanishes with an act that is undone: a refused decision tells nobody", async () => {
    const { home, partner, astrid, bo } = await scene();
    const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    const id = parsePublicId("agr", asked.id);
    if (!id.ok) throw new Error(asked.id);
    const wish = { id: id.value, version: 99, as: home.id, move: "endorse", digest: asked.digest ?? "" } as const;
    expect(await decideTrust(bo, wish)).toMatchObject({ ok: false });
    expect(await toldTo(bo)).toEqual(["decide"]);
  });
});

describe("what one was told", () => {
  test("is one's own, newest first, with why, where to act, and which colleague already has", async () => {
    const { home, partner, astrid, bo, cecilia, david } = await scene();
    const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    await act(bo, asked, home.id, "endorse");
    const cecilias = value(await listNotices(cecilia, { limit: 50 }));
    expect(cecilias.items).toMatchObject([
      {
        kind: "decide",
        role: "approver",
        page: `/agreements/${asked.id}/review`,
        counterpart: { name: { sv: `Partnerverket ${made}` } },
        settled: { by: { name: "Bo" } },
        readAt: null,
      },
    ]);
    expect(cecilias.unread).toBe(1);
    const [first] = cecilias.items;
    await readNotices(cecilia, { until: first?.at ?? 0 });
    expect(value(await listNotices(cecilia, { limit: 50 })).unread).toBe(0);
    expect(value(await listNotices(david, { limit: 50 })).unread).toBe(1);
  });

  test("comes page by page, each notice once, also where many came at the same moment", async () => {
    const { home, partner, astrid, bo } = await scene();
    const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    for (let more = 0; more < 6; more += 1)
      await db("owner")
        .$queryRaw`select notice_tell('joined', ${`c${more}`}, ${asked.id}, ${[home.id]}::uuid[], '{approver}', null, 5)`;
    const seen: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 10; pages += 1) {
      const page = value(await listNotices(bo, { limit: 3, cursor }));
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
    expect(await listNotices(bo, { limit: 3, cursor: "x" })).toMatchObject({ error: { code: "invalid_cursor" } });
  });

  test("is mailed as each chooses, but what somebody must act on cannot be put away", async () => {
    const { astrid, bo } = await scene();
    expect(await chooseNotices(astrid, { digestHour: 9, how: { decide: "none" } })).toMatchObject({
      error: { code: "notice_mandatory", fields: [{ path: "how.decide" }] },
    });
    value(await chooseNotices(astrid, { digestHour: 9, how: { joined: "none", decide: "at_once" } }));
    const chosen = value(await readNoticeChoices(astrid));
    const how = (kind: string) => chosen.kinds.find((each) => each.kind === kind)?.how;
    expect([chosen.digestHour, how("joined"), how("decide"), how("agreed")]).toEqual([9, "none", "at_once", "digest"]);
    expect(value(await readNoticeChoices(bo)).digestHour).toBe(7);
  });
});
