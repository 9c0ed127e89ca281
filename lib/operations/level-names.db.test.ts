import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideOnAmendment, proposeAmendment } from "./amend-trust.ts";
import { decideTrust } from "./decide-trust.ts";
import { readLevelNames, setLevelNames } from "./level-names.ts";
import { readAgreement } from "./read-agreements.ts";
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

let scenes = 0;
const scene = async () => {
  scenes += 1;
  const { id: home } = await seedAgency(`Hemverket ${scenes}`, `chat.levels-home${scenes}.example`);
  const { id: partner } = await seedAgency(`Partnern ${scenes}`, `chat.levels${scenes}.example`);
  const asker = await seedPerson("Astrid", { role: "administrator", agency: home });
  const approver = await seedPerson("Bo", { role: "approver", agency: home });
  const other = await seedPerson("Cecilia", { role: "administrator", agency: partner });
  const acceptor = await seedPerson("David", { role: "approver", agency: partner });
  return { home, partner, asker, approver, other, acceptor };
};
const OURS = ["Öppen", "Intern", "Skyddad", null];
const THEIRS = ["K0", "K1", "K2", "K3"];

const named = async () => {
  const all = await scene();
  value(await setLevelNames(all.asker, { id: all.home, number: 0, names: OURS }));
  value(await setLevelNames(all.other, { id: all.partner, number: 0, names: THEIRS }));
  return all;
};
const ask = async ({ home, partner, asker }: Awaited<ReturnType<typeof scene>>, ceiling: "2" | "3") =>
  value(await requestTrust(asker, { as: home, partner, purpose: "Samverkan", content: { ceiling } }));

test("both sides' words for the ceiling stand in the terms, under the digest, as they were when it was asked", async () => {
  const all = await named();
  const asked = await ask(all, "2");
  expect(asked.terms?.content?.levelNames).toEqual({ home: "Skyddad", partner: "K2" });
  value(await setLevelNames(all.asker, { id: all.home, number: 1, names: ["a", "b", "c", "d"] }));
  const again = value(await readAgreement(all.acceptor, { id: idOf("agr", asked.id.slice(4)) }));
  expect(again.terms?.content?.levelNames).toEqual({ home: "Skyddad", partner: "K2" });
  expect(again.digest).toBe(asked.digest);
});

test("a side without a word for that level has none, and terms without a ceiling name no level", async () => {
  const all = await named();
  expect((await ask(all, "3")).terms?.content?.levelNames).toEqual({ home: null, partner: "K3" });
  const bare = await scene();
  expect((await ask(bare, "2")).terms?.content?.levelNames).toEqual({ home: null, partner: null });
});

test("an amendment keeps both sides' words, as they are when it is proposed", async () => {
  const all = await named();
  const { home, partner, asker, approver, acceptor } = all;
  const asked = await ask(all, "2");
  const id = idOf("agr", asked.id.slice(4));
  const step = async (actor: Actor, as: typeof home, move: "endorse" | "accept") => {
    const { version, digest } = value(await readAgreement(actor, { id }));
    return value(await decideTrust(actor, { id, version, as, move, digest: digest ?? "" }));
  };
  await step(approver, home, "endorse");
  await step(acceptor, partner, "accept");
  value(await setLevelNames(all.other, { id: partner, number: 1, names: ["P0", "P1", "P2", "P3"] }));
  const proposed = value(
    await proposeAmendment(asker, { id, as: home, purpose: "Samverkan", content: { ceiling: "1" } }),
  );
  const digest = proposed.digest ?? "";
  value(await decideOnAmendment(approver, { id, as: home, act: "consent", digest }));
  value(await decideOnAmendment(acceptor, { id, as: partner, act: "consent", digest }));
  const after = value(await readAgreement(acceptor, { id }));
  expect(after.terms?.content).toMatchObject({ ceiling: 1, levelNames: { home: "Intern", partner: "P1" } });
});

test("are an administrator's to set for their own agency, over what was shown, and stand in the log", async () => {
  const { home, asker, approver, other } = await scene();
  for (const actor of [approver, other])
    expect(await setLevelNames(actor, { id: home, number: 0, names: OURS })).toMatchObject({
      error: { code: "not_permitted" },
    });
  expect(value(await setLevelNames(asker, { id: home, number: 0, names: OURS }))).toMatchObject({ number: 1 });
  expect(await setLevelNames(asker, { id: home, number: 0, names: THEIRS })).toMatchObject({
    error: { code: "stale_version", params: { current: 1 } },
  });
  expect(value(await readLevelNames(other, { id: home }))).toMatchObject({ names: OURS, maySet: false });
  const rows = await db("owner").audit.count({ where: { kind: "agency.levels_named", actor: asker.pseudonym } });
  expect(rows).toBe(1);
});
