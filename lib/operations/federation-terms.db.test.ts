import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { readFederation, updateFederation } from "./federation.ts";
import { acceptTerms, readFederationTerms } from "./federation-terms.ts";

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
const publish = async (terms: string) => {
  const { version } = value(await readFederation(coordinator, {}));
  value(await updateFederation(coordinator, { version, terms }));
};
const read = async (actor: Actor) => value(await readFederationTerms(actor, {}));
const signed = { authority: "Arbetsordningen 4 §", diarienummer: "2026/123" };

describe("the federation's terms", () => {
  test("ask nobody anything before there are any", async () => {
    expect(await read(coordinator)).toEqual({ current: null, mine: [], behind: [] });
  });

  test("are accepted by an approver with number and authority, and a new version asks again with the difference", async () => {
    const { id } = await seedAgency("Villkorsverket");
    await seedAgency("Senverket");
    const approver = await seedPerson("Bo", { role: "approver", agency: id });
    await publish("Första\nAndra");
    const first = await read(approver);
    expect(first.mine).toMatchObject([{ upToDate: false, accepted: null, difference: [], mayAccept: true }]);
    const digest = first.current?.digest ?? "";
    const wish = { agency: id, digest, ...signed };
    const accepted = value(await acceptTerms(approver, wish));
    expect(accepted.mine).toMatchObject([{ upToDate: true, accepted: { number: 1, diarienummer: "2026/123" } }]);
    expect(codeOf(await acceptTerms(approver, wish))).toBe("terms_accepted_already");
    expect((await read(coordinator)).behind?.map(({ agency }) => agency.name.sv)).toEqual(["Senverket"]);

    await publish("Första\nÄndrad");
    const second = await read(approver);
    expect(second.mine[0]?.difference.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "same Första",
      "removed Andra",
      "added Ändrad",
    ]);
    expect(codeOf(await acceptTerms(approver, wish))).toBe("terms_replaced");
    expect((await read(coordinator)).behind).toMatchObject([{ accepted: null }, { accepted: 1 }]);
    expect((await verifyAudit(db("web"))).ok).toBe(true);
  });

  test("are not accepted by an administrator, a token, or for another agency, and each agency sees its own", async () => {
    const { id } = await seedAgency("Annatverket");
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
    const approver = await seedPerson("Bo", { role: "approver", agency: id });
    const stranger = await seedPerson("David", { role: "approver", agency: (await seedAgency("Fjärrverket")).id });
    const digest = (await read(approver)).current?.digest ?? "";
    const wish = { agency: id, digest, ...signed };
    expect(codeOf(await acceptTerms(administrator, wish))).toBe("not_permitted");
    expect(codeOf(await acceptTerms(stranger, wish))).toBe("not_permitted");
    expect(codeOf(await acceptTerms(asToken(approver), wish))).toBe("tokens_never_decide");
    value(await acceptTerms(approver, wish));
    const seen = await read(stranger);
    expect([seen.behind, seen.mine.map(({ agency }) => agency.name.sv)]).toEqual([null, ["Fjärrverket"]]);
  });

  test("written again unchanged are no new version, and no version can be changed", async () => {
    const before = (await read(coordinator)).current;
    await publish(before?.text ?? "");
    expect((await read(coordinator)).current?.number).toBe(before?.number);
    await expect(db("web").$executeRaw`update terms_version set text = 'x'`).rejects.toThrow(/permission denied/);
  });

  test("accepted by two at the same moment are accepted once", async () => {
    const { id } = await seedAgency("Dubbelverket");
    const people = await Promise.all(["Bo", "Eva"].map((name) => seedPerson(name, { role: "approver", agency: id })));
    const digest = (await read(coordinator)).current?.digest ?? "";
    const answers = await Promise.all(people.map((person) => acceptTerms(person, { agency: id, digest, ...signed })));
    expect(answers.map(codeOf).toSorted()).toEqual(["done", "terms_accepted_already"]);
  });
});
