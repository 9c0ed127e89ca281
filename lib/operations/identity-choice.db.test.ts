import { afterAll, beforeAll, expect, it } from "vitest";
import { db } from "#lib/data/client.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgreementId, parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { chooseIdentity, readIdentityChoice } from "./identity-choice.ts";
import { requestTrust } from "./request-trust.ts";

let line: Awaited<ReturnType<typeof openLine>>;
let home: Awaited<ReturnType<typeof seedAgency>>;
let partner: Awaited<ReturnType<typeof seedAgency>>;
let people: Record<"administrator" | "home" | "partner" | "stranger", Actor>;
let id: AgreementId;

beforeAll(async () => {
  line = await openLine();
  home = await seedAgency("Försäkringsverket", "chat.fv.example");
  partner = await seedAgency("Trafikstyrelsen", "chat.ts.example");
  const third = await seedAgency("Tredje verket", "chat.tv.example");
  people = {
    administrator: await seedPerson("Astrid", { role: "administrator", agency: home.id }),
    home: await seedPerson("Bo", { role: "approver", agency: home.id }),
    partner: await seedPerson("David", { role: "approver", agency: partner.id }),
    stranger: await seedPerson("Sten", { role: "approver", agency: third.id }),
  };
  const made = await requestTrust(people.administrator, { as: home.id, partner: partner.id, purpose: "Samverkan" });
  const read = parsePublicId("agr", made.ok ? made.value.id : "");
  if (!read.ok) throw new Error("no agreement");
  id = read.value;
});
afterAll(() => line.close());

const effect = async (): Promise<string> => {
  const read = await readIdentityChoice(people.partner, { id });
  return read.ok ? read.value.effect : read.error.code;
};

it("an approver chooses for their own side, and only both sides together are warned instead of held", async () => {
  expect(await effect()).toBe("hold");
  expect(await chooseIdentity(people.home, { id, as: home.id, choice: "warn" })).toMatchObject({ ok: true });
  expect(await effect()).toBe("hold");
  expect(await chooseIdentity(people.partner, { id, as: partner.id, choice: "warn" })).toMatchObject({ ok: true });
  expect(await effect()).toBe("warn");
  expect(await chooseIdentity(people.home, { id, as: home.id, choice: "hold" })).toMatchObject({ ok: true });
  expect(await effect()).toBe("hold");
  expect(await db("owner").audit.count({ where: { kind: "agreement.identity_choice", outcome: "done" } })).toBe(3);
});

it("nobody chooses for the other side, an administrator not at all, a token never, and a stranger sees nothing", async () => {
  const choose = (actor: Actor, as = home.id) => chooseIdentity(actor, { id, as, choice: "warn" });
  expect(await choose(people.home, partner.id)).toMatchObject({ ok: false, error: { code: "not_permitted" } });
  expect(await choose(people.administrator)).toMatchObject({ ok: false, error: { code: "not_permitted" } });
  expect(await choose(asToken(people.home))).toMatchObject({ ok: false, error: { code: "tokens_never_decide" } });
  expect(await choose(people.stranger)).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect(await readIdentityChoice(people.stranger, { id })).toMatchObject({ ok: false, error: { code: "not_found" } });
});

it("row-level security holds the same with the operation gone", async () => {
  const write = (actor: Actor, agencyId: string) =>
    inTransaction(actor, async (tx) => {
      const row = { agreementId: id, agencyId, choice: "warn", personId: actor.person, at: 1n };
      return ok(await tx.identityChoice.create({ data: row }));
    });
  await db("owner").identityChoice.deleteMany({});
  await expect(write(people.stranger, home.id)).rejects.toThrow();
  await expect(write(people.home, partner.id)).rejects.toThrow();
  await expect(write(people.home, home.id)).resolves.toMatchObject({ ok: true });
});
