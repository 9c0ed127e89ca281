import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import type { Move } from "#lib/domain/trust.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideOnAmendment, proposeAmendment } from "./amend-trust.ts";
import { decideTrust } from "./decide-trust.ts";
import { giveOpinion, readOpinions } from "./opinions.ts";
import { askOrAnswer, readQuestions } from "./questions.ts";
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
const refused = (code: string) => ({ ok: false, error: { code } });

let scenes = 0;
/** A request that was endorsed and now lies with the partner. */
const offered = async () => {
  scenes += 1;
  const { id: home } = await seedAgency(`Hemverket ${scenes}`, `chat.ask-home${scenes}.example`);
  const { id: partner } = await seedAgency(`Partnern ${scenes}`, `chat.ask${scenes}.example`);
  const asker = await seedPerson("Astrid", { role: "administrator", agency: home });
  const approver = await seedPerson("Bo", { role: "approver", agency: home });
  const officer = await seedPerson("Cecilia", { role: "auditor", agency: partner });
  const acceptor = await seedPerson("David", { role: "approver", agency: partner });
  const asked = value(await requestTrust(asker, { as: home, partner, purpose: "Samverkan" }));
  const id = idOf("agr", asked.id.slice("agr_".length));
  const move = async (actor: Actor, as: AgencyId, kind: Move) => {
    const { version, digest } = value(await readAgreement(actor, { id }));
    return decideTrust(actor, { id, as, move: kind, version, digest: digest ?? "" });
  };
  value(await move(approver, home, "endorse"));
  return { home, partner, asker, approver, officer, acceptor, id, move, digest: asked.digest ?? "" };
};
const questionIn = ({ questions }: { questions: { id: string }[] }) =>
  idOf("qst", (questions.at(-1)?.id ?? "").slice("qst_".length));

test("a question is seen by both sides with its answer and who gave it, stands in the log without its text, and is told to the other side", async () => {
  const { home, partner, approver, acceptor, id } = await offered();
  const asked = value(await askOrAnswer(acceptor, { id, act: "ask", as: partner, text: "Vilka rum?" }));
  expect(asked).toMatchObject({ clockStands: true, questions: [{ mayAnswer: null, mayWithdraw: {} }] });
  const question = questionIn(asked);
  value(await askOrAnswer(approver, { id, act: "answer", as: home, question, text: "Bara ledningens." }));
  const seen = value(await readQuestions(acceptor, { id }));
  expect(seen).toMatchObject({
    clockStands: false,
    questions: [{ asked: { text: "Vilka rum?", person: { name: "David" } }, answer: { text: "Bara ledningens." } }],
  });
  const rows = await db("owner").audit.findMany({ where: { kind: { startsWith: "question." } } });
  expect(rows.map(({ kind }) => kind)).toEqual(["question.ask", "question.answer"]);
  const details = (await db("owner").auditDetail.findMany()).map(({ details: kept }) => JSON.stringify(kept));
  expect(details.join()).toContain(questionIn(asked));
  expect(details.join()).not.toContain("Vilka rum");
  const told = await db("owner").notice.findMany({ where: { kind: { in: ["question", "answered"] } } });
  expect(new Set(told.map(({ kind, agencyId }) => `${kind} ${agencyId}`))).toEqual(
    new Set([`question ${home}`, `answered ${partner}`]),
  );
});

test("an open question holds back the consent of the side that asked, until it is answered or taken back", async () => {
  const { partner, acceptor, id, move } = await offered();
  const asked = value(await askOrAnswer(acceptor, { id, act: "ask", as: partner, text: "När?" }));
  expect(await move(acceptor, partner, "accept")).toMatchObject(refused("question_open"));
  value(await askOrAnswer(acceptor, { id, act: "withdraw", as: partner, question: questionIn(asked) }));
  expect((await move(acceptor, partner, "accept")).ok).toBe(true);
});

test("an open question holds back the consent to new terms too, and never the revocation", async () => {
  const { home, partner, asker, acceptor, id, move } = await offered();
  value(await move(acceptor, partner, "accept"));
  const { digest } = value(await proposeAmendment(asker, { id, as: home, purpose: "Något annat" }));
  value(await askOrAnswer(acceptor, { id, act: "ask", as: partner, text: "Varför?" }));
  const consent = { id, as: partner, act: "consent", digest: digest ?? "" } as const;
  expect(await decideOnAmendment(acceptor, consent)).toMatchObject(refused("question_open"));
  const { version, digest: now } = value(await readAgreement(acceptor, { id }));
  const revoke = { id, as: partner, move: "revoke", version, digest: now ?? "", reason: "slut" } as const;
  expect((await decideTrust(acceptor, revoke)).ok).toBe(true);
});

test("a question is answered by the other side alone, once, and asked by nobody who only reads", async () => {
  const { home, partner, approver, officer, acceptor, id } = await offered();
  const question = questionIn(value(await askOrAnswer(acceptor, { id, act: "ask", as: partner, text: "Hur?" })));
  const answer = { id, act: "answer", question, text: "Så." } as const;
  expect(await askOrAnswer(acceptor, { ...answer, as: partner })).toMatchObject(refused("move_not_allowed"));
  expect(await askOrAnswer(acceptor, { ...answer, as: home })).toMatchObject(refused("not_permitted"));
  expect(await askOrAnswer(officer, { id, act: "ask", as: partner, text: "?" })).toMatchObject(
    refused("not_permitted"),
  );
  value(await askOrAnswer(approver, { ...answer, as: home }));
  expect(await askOrAnswer(approver, { ...answer, as: home })).toMatchObject(refused("question_closed"));
});

test("an opinion is its own agency's alone, bound to the digest, and gone stale when new terms are proposed", async () => {
  const { home, partner, asker, approver, officer, acceptor, id, digest, move } = await offered();
  const opinion = { id, as: partner, subject: "data_protection", stance: "remarks", digest } as const;
  expect(await giveOpinion(officer, opinion)).toMatchObject(refused("reason_required"));
  expect(await giveOpinion(officer, { ...opinion, digest: "sha256:other", text: "x" })).toMatchObject(
    refused("terms_changed"),
  );
  expect(await giveOpinion(approver, { ...opinion, text: "x" })).toMatchObject(refused("not_permitted"));
  value(await giveOpinion(officer, { ...opinion, text: "Gallra efter ett år." }));
  expect(value(await readOpinions(acceptor, { id })).opinions).toMatchObject([
    { text: "Gallra efter ett år.", person: { name: "Cecilia" }, current: true },
  ]);
  expect(value(await readOpinions(approver, { id })).opinions).toEqual([]);
  value(await move(acceptor, partner, "accept"));
  value(await proposeAmendment(asker, { id, as: home, purpose: "Nytt" }));
  expect(value(await readOpinions(acceptor, { id })).opinions).toMatchObject([{ current: false }]);
});
