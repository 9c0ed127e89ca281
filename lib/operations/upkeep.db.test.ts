import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { updateAgency } from "./update-agency.ts";
import { readUpkeep, reviewAgency } from "./upkeep.ts";

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
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const kinds = async (actor: Actor, agency: AgencyId) =>
  value(await readUpkeep(actor, {}))
    .agencies.find((one) => one.agency.id === `agy_${agency}`)
    ?.items.map(({ kind, person }) => (person === null ? kind : `${kind} ${person.name}`)) ?? [];
const joined = (id: AgencyId, daysAgo: number) =>
  db("owner").agency.update({ where: { id }, data: { createdAt: BigInt(Date.now() - daysAgo * DAY) } });
const comesBy = (actor: Actor) =>
  db("owner").session.create({
    data: {
      tokenHash: newId(),
      personId: actor.person,
      method: "link",
      createdAt: BigInt(Date.now()),
      expiresAt: BigInt(Date.now()),
    },
  });

describe("upkeep", () => {
  test("shows an agency without an approver and people who never signed in, until they do", async () => {
    const { id } = await seedAgency("Skötselverket");
    await joined(id, 40);
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
    await db("owner").membership.updateMany({
      where: { personId: administrator.person },
      data: { createdAt: BigInt(Date.now() - 31 * DAY) },
    });
    expect(await kinds(coordinator, id)).toEqual(["no_approver", "never_signed_in Astrid"]);
    await seedPerson("Bo", { role: "approver", agency: id });
    await comesBy(administrator);
    expect(await kinds(coordinator, id)).toEqual([]);
    expect(await kinds(administrator, id)).toEqual([]);
  });

  test("asks once a year for contacts and people; who confirms stands in the log, and changed contacts are confirmed", async () => {
    const { id } = await seedAgency("Årsverket");
    await joined(id, 366);
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
    await seedPerson("Bo", { role: "approver", agency: id });
    expect(await kinds(administrator, id)).toEqual(["review_contacts", "review_people"]);
    value(await reviewAgency(administrator, { id, review: "people" }));
    const rows = await db("owner").audit.findMany({ where: { kind: "agency.reviewed" } });
    expect(rows.map(({ agencyIds }) => agencyIds)).toEqual([[id]]);
    expect(await kinds(administrator, id)).toEqual(["review_contacts"]);
    const contacts = [{ kind: "incident" as const, name: "Jour", email: "jour@ar.example", phone: null }];
    value(await updateAgency(administrator, { id, version: 1, contacts }));
    expect(await kinds(administrator, id)).toEqual([]);
  });

  test("tells of a server name that is lost and a certificate that ends", async () => {
    const { id, server } = await seedAgency("Certverket", "chat.cert.example");
    await joined(id, 1);
    await seedPerson("Bo", { role: "approver", agency: id });
    await db("owner").nameProof.update({
      where: { homeserverId: server },
      data: { state: "lost", certificateUntil: BigInt(Date.now() + 3 * DAY) },
    });
    expect(await kinds(coordinator, id)).toEqual(["name_lost", "certificate_ends"]);
  });

  test("is one's own agency's alone, and confirmed by a person who acts for it", async () => {
    const { id } = await seedAgency("Egetverket");
    const { id: other } = await seedAgency("Annatverket");
    const stranger = await seedPerson("David", { role: "approver", agency: other });
    const auditor = await seedPerson("Rut", { role: "auditor", agency: id });
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
    expect(await kinds(stranger, id)).toEqual([]);
    expect(await kinds(auditor, id)).toContain("no_approver");
    expect(value(await readUpkeep(stranger, {})).looked).toBe(1);
    for (const who of [stranger, auditor, coordinator])
      expect(codeOf(await reviewAgency(who, { id, review: "people" }))).toBe("not_permitted");
    expect(codeOf(await reviewAgency(asToken(administrator), { id, review: "people" }))).toBe("tokens_never_decide");
  });
});
