import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, type AgreementId, parsePublicId } from "#lib/domain/ids.ts";
import { DAY, HOUR, type Instant, instant, later } from "#lib/domain/instant.ts";
import { decideTrust } from "#lib/operations/decide-trust.ts";
import { planLeaving } from "#lib/operations/plan-leaving.ts";
import { requestTrust } from "#lib/operations/request-trust.ts";
import { setAgencyState } from "#lib/operations/update-agency.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { seeOff } from "./departures.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Frida", { role: "coordinator" });
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const bare = (id: string): AgreementId => {
  const read = parsePublicId("agr", id);
  if (!read.ok) throw new Error(id);
  return read.value;
};
const start: Instant = instant(Date.now());
const look = (now: Instant) => seeOff({ now: () => now });

/** Two agencies that have agreed, and the people who decided. */
const agreed = async (word: string) => {
  const home = await seedAgency(`${word}verket`, `chat.${word}.example`);
  const partner = await seedAgency(`Granne ${word}`, `chat.granne-${word}.example`);
  const asker = await seedPerson(`Astrid ${word}`, { role: "administrator", agency: home.id });
  const approver = await seedPerson(`Bo ${word}`, { role: "approver", agency: home.id });
  const other = await seedPerson(`David ${word}`, { role: "approver", agency: partner.id });
  const asked = value(await requestTrust(asker, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
  const id = bare(asked.id);
  const act = { id, digest: asked.digest ?? "" };
  value(await decideTrust(approver, { ...act, version: 1, as: home.id, move: "endorse" }));
  value(await decideTrust(other, { ...act, version: 2, as: partner.id, move: "accept" }));
  return { home, partner, asker, approver, other, id };
};
const told = async (person: Actor): Promise<readonly string[]> =>
  (await db("owner").notice.findMany({ where: { personId: person.person }, orderBy: { at: "asc" } }))
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith("partner_"));
const agreement = (id: AgreementId) =>
  db("owner").agreement.findUniqueOrThrow({ where: { id }, include: { decisions: { orderBy: { at: "asc" } } } });
const leaveNow = async (id: AgencyId) =>
  value(await setAgencyState(coordinator, { id, version: 1, state: "left", reason: "Läggs ned" }));

describe("an agency", () => {
  test("leaves on its day: partners are told before and after, doors shut, agreements close in the record", async () => {
    const { home, partner, other, id } = await agreed("planerad");
    const day = later(start, 30 * DAY);
    value(await planLeaving(coordinator, { id: home.id, version: 1, at: day, reason: "Läggs ned" }));
    expect(await told(other)).toEqual(["partner_leaves"]);
    await look(later(day, -1));
    expect((await agreement(id)).stage).toBe("agreed");
    expect((await look(day)).toSorted()).toEqual([home.server, partner.server].toSorted());
    const { state, leftAt } = await db("owner").agency.findUniqueOrThrow({ where: { id: home.id } });
    expect([state, Number(leftAt)]).toEqual(["left", day]);
    const closed = await agreement(id);
    expect([closed.stage, closed.openPair, closed.decisions.at(-1)?.kind]).toEqual(["closed", null, "leave"]);
    expect(closed.decisions.at(-1)).toMatchObject({ agencyId: home.id, side: "home", personId: null });
    expect(await told(other)).toEqual(["partner_leaves", "partner_left"]);
  });

  test("that has left is closed in the record once, whoever looks, and what is closed stays as it was", async () => {
    const { home, other, id } = await agreed("genast");
    await leaveNow(home.id);
    expect(await told(other)).toEqual(["partner_left"]);
    await Promise.all([look(start), look(start)]);
    await look(later(start, HOUR));
    const { decisions, stage } = await agreement(id);
    expect([stage, decisions.filter(({ kind }) => kind === "leave").length]).toEqual(["closed", 1]);
    const rows = await db("owner").audit.findMany({ where: { kind: "trust.leave", subject: `agr_${id}` } });
    expect(rows.map(({ agencyIds }) => agencyIds.length)).toEqual([2]);
  });

  test("is erased two years after: names, addresses and identities go, those who belong elsewhere stay, and the chain is whole", async () => {
    const { home, partner, asker, approver, other, id } = await agreed("gallrad");
    const owner = db("owner");
    // Bo holds a role at the partner too.
    await owner.membership.create({
      data: {
        id: newId(),
        personId: approver.person,
        role: "auditor",
        state: "active",
        createdAt: 1n,
        agencyId: partner.id,
      },
    });
    await owner.identity.create({ data: { issuer: "https://i.example", subject: "astrid", personId: asker.person } });
    await owner.agencyContact.create({
      data: { id: newId(), agencyId: home.id, kind: "incident", name: "Jour", email: "jour@gallrad.example" },
    });
    await leaveNow(home.id);
    const gone = Number((await owner.agency.findUniqueOrThrow({ where: { id: home.id } })).leftAt);
    const name = async (who: Actor) =>
      (await owner.personName.findUnique({ where: { personId: who.person } }))?.name ?? null;
    await look(instant(gone + 730 * DAY - 1));
    expect([await name(asker), await owner.agencyContact.count({ where: { agencyId: home.id } })]).toEqual([
      "Astrid gallrad",
      1,
    ]);
    await look(instant(gone + 730 * DAY));
    expect([await name(asker), await name(approver), await name(other)]).toEqual([null, "Bo gallrad", "David gallrad"]);
    expect(await owner.identity.count({ where: { personId: asker.person } })).toBe(0);
    expect(await owner.agencyContact.count({ where: { agencyId: home.id } })).toBe(0);
    const astrid = await owner.person.findUniqueOrThrow({ where: { id: asker.person } });
    expect([astrid.pseudonym, astrid.disabledAt === null]).toEqual([asker.pseudonym, false]);
    // The record of what was agreed is not personal data: it stays, by pseudonym.
    expect((await agreement(id)).decisions.map(({ kind }) => kind)).toEqual(["request", "endorse", "accept", "leave"]);
    const rows = await owner.audit.findMany({ where: { kind: "agency.erased", subject: `agy_${home.id}` } });
    expect(rows).toHaveLength(1);
    await look(instant(gone + 731 * DAY));
    expect(await owner.audit.count({ where: { kind: "agency.erased", subject: `agy_${home.id}` } })).toBe(1);
    expect((await verifyAudit(db("web"))).ok).toBe(true);
  });

  test("keeps an application for ninety days after it was decided, and one that waits for as long as it waits", async () => {
    const owner = db("owner");
    const put = (state: string, decidedAt: bigint | null) =>
      owner.application.create({
        data: {
          id: newId(),
          name: state,
          scheme: "other",
          identifier: newId(),
          memberClass: "state_agency",
          country: "SE",
          platform: "other",
          serverNames: [],
          contactName: "c",
          contactEmail: "c@x.example",
          state,
          at: 1n,
          decidedAt,
        },
      });
    await put("refused", BigInt(start));
    await put("open", null);
    await look(later(start, 90 * DAY - 1));
    expect(await owner.application.count()).toBe(2);
    await look(later(start, 90 * DAY));
    expect((await owner.application.findMany()).map(({ state }) => state)).toEqual(["open"]);
  });
});
