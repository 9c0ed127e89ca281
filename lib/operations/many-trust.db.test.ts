import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideTrust } from "./decide-trust.ts";
import { decideMany, requestMany } from "./many-trust.ts";
import { readAgreement } from "./read-agreements.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const agreementId = (id: string) => idOf("agr", id.slice("agr_".length));

let scenes = 0;
/** One agency with its two, and three partners with an approver each. */
const scene = async () => {
  scenes += 1;
  const { id: home } = await seedAgency(`Hemverket ${scenes}`, `chat.many-home${scenes}.example`);
  const asker = await seedPerson("Astrid", { role: "administrator", agency: home });
  const approver = await seedPerson("Bo", { role: "approver", agency: home });
  const partners: { agency: AgencyId; approver: Actor }[] = [];
  for (let place = 0; place < 3; place += 1) {
    const { id: agency } = await seedAgency(`Partner ${scenes} ${place}`, `chat.many${scenes}-${place}.example`);
    partners.push({ agency, approver: await seedPerson("David", { role: "approver", agency }) });
  }
  return { home, asker, approver, partners };
};
const ask = async ({ home, asker, partners }: Awaited<ReturnType<typeof scene>>) =>
  value(
    await requestMany(asker, { as: home, partners: partners.map(({ agency }) => agency), purpose: "Samverkan" }),
  ).items.map(({ id }) => agreementId(id));
const shown = async (actor: Actor, ids: readonly ReturnType<typeof agreementId>[]): Promise<AgreementView[]> => {
  const views: AgreementView[] = [];
  for (const id of ids) views.push(value(await readAgreement(actor, { id })));
  return views;
};
const items = (views: readonly AgreementView[], move: "endorse" | "accept") =>
  views.map(({ id, version, digest }) => ({ id: agreementId(id), move, version, digest: digest ?? "" }));

test("one request goes to many agencies: an agreement for each, with terms of its own, or none at all", async () => {
  const all = await scene();
  const ids = await ask(all);
  const digests = (await shown(all.asker, ids)).map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(3);
  const fresh = await seedAgency("Ny", "chat.fresh-many.example");
  const [known] = all.partners;
  if (known === undefined) throw new Error("no partner");
  const before = await db("owner").agreement.count();
  const again = await requestMany(all.asker, {
    as: all.home,
    partners: [fresh.id, known.agency],
    purpose: "Samverkan",
  });
  expect(again).toMatchObject({
    error: { code: "request_already_open", fields: [{ path: "partners.1", code: "request_already_open" }] },
  });
  expect(await db("owner").agreement.count()).toBe(before);
});

test("many are endorsed under one review, each recorded and logged as if it were alone", async () => {
  const all = await scene();
  const ids = await ask(all);
  const diarienummer = "FV 2026/7";
  const views = await shown(all.approver, ids);
  const endorsed = value(
    await decideMany(all.approver, { as: all.home, diarienummer, items: items(views, "endorse") }),
  );
  expect(endorsed.items.map(({ stage }) => stage)).toEqual(["offered", "offered", "offered"]);
  const [offered] = await shown(all.approver, ids.slice(0, 1));
  expect(offered?.consents).toMatchObject([{ kind: "endorse", diarienummer, digest: views[0]?.digest }]);
  const logged = await db("owner").audit.count({ where: { kind: "trust.endorse", actor: all.approver.pseudonym } });
  expect(logged).toBe(3);
});

test("nothing is decided where one of them has changed, and the answer says which", async () => {
  const all = await scene();
  const ids = await ask(all);
  const views = await shown(all.approver, ids);
  const [, second] = ids;
  const [, shownSecond] = views;
  if (second === undefined || shownSecond === undefined) throw new Error("three were asked");
  const withdrawal = { id: second, version: shownSecond.version, as: all.home, digest: shownSecond.digest ?? "" };
  value(await decideTrust(all.asker, { ...withdrawal, move: "withdraw" }));
  const decided = await decideMany(all.approver, { as: all.home, items: items(views, "endorse") });
  expect(decided).toMatchObject({ error: { code: "stale_version", fields: [{ path: "items.1" }] } });
  const stages = (await shown(all.approver, ids)).map(({ stage }) => stage);
  expect(stages).toEqual(["requested", "closed", "requested"]);
});

test("nobody decides for many what they may not decide for one: the asker is refused", async () => {
  const all = await scene();
  const views = await shown(all.asker, await ask(all));
  const decided = await decideMany(all.asker, { as: all.home, items: items(views, "endorse") });
  expect(decided).toMatchObject({ error: { code: "not_permitted" } });
});

test("the same agreement named twice is decided at most once", async () => {
  const all = await scene();
  const [view] = await shown(all.approver, await ask(all));
  if (view === undefined) throw new Error("three were asked");
  const twice = [...items([view], "endorse"), ...items([view], "endorse")];
  const decided = await decideMany(all.approver, { as: all.home, items: twice });
  expect(decided).toMatchObject({ error: { code: "stale_version" } });
});
