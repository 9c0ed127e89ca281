import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { tell } from "#lib/data/notices.ts";
import { asWorker } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { DAY, HOUR, type Instant, instant, later, MINUTE } from "#lib/domain/instant.ts";
import type { NoticeKind } from "#lib/domain/notices.ts";
import { ok } from "#lib/domain/result.ts";
import { decideTrust } from "#lib/operations/decide-trust.ts";
import { requestTrust } from "#lib/operations/request-trust.ts";
import { guardedFetch } from "#lib/platform/http.ts";
import { newId } from "#lib/platform/ids.ts";
import { newSealingKeyPair } from "#lib/platform/sealing.ts";
import { BASE_URL, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { startSmtp } from "#lib/testing/smtp.ts";
import { mailRound } from "./mailer.ts";
import { remind } from "./remind.ts";
import { startOutgoing } from "./rounds.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
beforeAll(async () => {
  database = await openLine();
  smtp = await startSmtp();
});
beforeEach(async () => {
  smtp.received.splice(0);
  smtp.state.away = false;
  await db("owner").notice.deleteMany();
});
afterAll(async () => {
  await smtp.close();
  await database.close();
});

// 10:00 in Sweden: the gathered mail of seven o'clock has gone.
const NOW = instant(Date.parse("2026-11-23T09:00:00Z"));
const at = (now: Instant) => ({
  smtpUrl: smtp.url,
  mailFrom: "tillit@portal.test",
  baseUrl: BASE_URL,
  clock: { now: () => now },
});

let made = 0;
const person = async (role: "approver" | "administrator", agency: AgencyId, locale: "sv" | "en", mail = true) => {
  made += 1;
  const actor = await seedPerson(`Person ${made}`, { role, agency });
  await db("owner").person.update({ where: { id: actor.person }, data: { locale } });
  const email = `person${made}@verket.example`;
  if (mail) await db("owner").personName.update({ where: { personId: actor.person }, data: { email } });
  return { actor, email };
};
const told = (kind: NoticeKind, agency: AgencyId, cause: string, now: Instant, subject = "agr_x") =>
  asWorker(async (tx) => ok(await tell(tx, { tell: [{ kind, cause, subject, agencies: [agency] }], settle: [] }, now)));
const noticesOf = (actor: Actor) => db("owner").notice.findMany({ where: { personId: actor.person } });

describe("a mail", () => {
  test("that is urgent goes at once to a real server, in its reader's language, saying why they got it, what to do and where, and naming nobody else", async () => {
    const { id: home } = await seedAgency("Hemliga verket");
    const { id: partner } = await seedAgency("Motpartsverket", "chat.motpart.example");
    await db("owner").homeserver.create({
      data: {
        id: newId(),
        serverName: "chat.hemliga.example",
        platform: "synapse",
        createdAt: 1n,
        agencies: { create: { agencyId: home } },
      },
    });
    const swede = await person("approver", home, "sv");
    const reader = await person("approver", partner, "en");
    const asker = await person("administrator", home, "sv");
    const wish = { as: home, partner, purpose: "Operation Nattuggla" };
    const asked = await requestTrust(asker.actor, wish);
    if (!asked.ok) throw new Error(asked.error.code);
    const id = idOf("agr", asked.value.id.slice("agr_".length));
    const decide = (actor: Actor, as: AgencyId, move: "endorse" | "accept" | "suspend", version: number) =>
      decideTrust(actor, {
        id,
        as,
        move,
        version,
        digest: asked.value.digest ?? "",
        reason: "läcka i rum 12",
      });
    expect((await decide(swede.actor, home, "endorse", 1)).ok).toBe(true);
    expect((await decide(reader.actor, partner, "accept", 2)).ok).toBe(true);
    expect((await decide(swede.actor, home, "suspend", 3)).ok).toBe(true);
    const clock = { now: () => instant(Date.now()) };
    await mailRound({ ...at(NOW), clock });
    const mail = smtp.received.find(({ to }) => to === reader.email);
    expect(mail?.subject).toBe("An agreement is suspended – Testfederationen");
    expect(mail?.text).toContain("You get this as approver at Motpartsverket.");
    expect(mail?.text).toContain(`${BASE_URL}/agreements/agr_${id}`);
    expect(mail?.text).toContain("Read the reason and speak with the other side.");
    expect(smtp.received.find(({ to }) => to === asker.email)?.subject).toBe(
      "En överenskommelse är pausad – Testfederationen",
    );
    for (const { raw, text } of smtp.received)
      for (const secret of ["Nattuggla", "läcka", "rum 12", "motpart.example", "hemliga.example", "sha256:"])
        expect([raw.includes(secret), text.includes(secret)]).toEqual([false, false]);
    expect(smtp.received.find(({ to }) => to === reader.email)?.text).not.toContain("Hemliga verket");
  });

  test("that is gathered waits for its hour, then comes once with all that waited, and says what a colleague has done already", async () => {
    const { id } = await seedAgency("Samlingsverket");
    const { actor, email } = await person("approver", id, "sv");
    await told("decide", id, "a", NOW, "agr_a");
    await told("decide", id, "b", NOW, "agr_b");
    await told("agreed", id, "c", NOW, "agr_c");
    expect(await mailRound(at(NOW))).toBe(0);
    await db("owner").$queryRaw`select notice_settle('{decide}', 'agr_a', '{}', ${NOW}::bigint)`;
    expect(await mailRound(at(later(NOW, 20 * HOUR)))).toBe(0);
    const tomorrow = later(NOW, 21 * HOUR);
    expect(await mailRound(at(tomorrow))).toBe(1);
    expect(await mailRound(at(tomorrow))).toBe(0);
    const [mail] = smtp.received;
    expect([mail?.to, mail?.subject]).toEqual([email, "3 saker att känna till – Testfederationen"]);
    expect(mail?.text).toContain(
      "Det här har en kollega redan tagit hand om:\n- En förfrågan väntar på ditt beslut".replaceAll("\n", "\r\n"),
    );
    expect(mail?.text).toContain("/agreements/agr_b/review");
    expect(mail?.text).not.toContain("/agreements/agr_a/review");
    expect((await noticesOf(actor)).map(({ mail: state }) => state)).toEqual(["sent", "sent", "sent"]);
  });

  test("is as each has chosen: none of what was put away, at once of what was asked for at once", async () => {
    const { id } = await seedAgency("Valverket");
    const { actor, email } = await person("approver", id, "en");
    const how = { agreed: "none", decide: "at_once" };
    await db("owner").noticeChoice.create({ data: { personId: actor.person, digestHour: 9, how } });
    await told("agreed", id, "a", NOW);
    await told("decide", id, "b", NOW);
    expect(await mailRound(at(NOW))).toBe(1);
    expect(smtp.received.map(({ to, subject }) => [to, subject])).toEqual([
      [email, "A request waits for your decision – Testfederationen"],
    ]);
  });

  test("that a server does not take is tried again ever later, until it does, and is never doubled", async () => {
    const { id } = await seedAgency("Envisverket");
    const { actor } = await person("approver", id, "sv");
    await told("revoked", id, "a", NOW);
    smtp.state.away = true;
    expect(await mailRound(at(NOW))).toBe(0);
    expect(await mailRound(at(later(NOW, MINUTE - 1)))).toBe(0);
    expect(await mailRound(at(later(NOW, MINUTE)))).toBe(0);
    const [waiting] = await noticesOf(actor);
    expect([waiting?.mail, waiting?.mailAttempts, Number(waiting?.mailNextAt)]).toEqual([null, 2, NOW + 5 * MINUTE]);
    smtp.state.away = false;
    const rounds = await Promise.all([1, 2, 3].map(() => mailRound(at(later(NOW, 5 * MINUTE)))));
    expect(rounds.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(smtp.received).toHaveLength(1);
    smtp.state.away = true;
    await told("revoked", id, "b", NOW);
    let now = later(NOW, HOUR);
    for (let tries = 0; tries < 12; tries += 1, now = later(now, 7 * HOUR)) await mailRound(at(now));
    expect((await noticesOf(actor)).map(({ mail }) => mail).toSorted()).toEqual(["given_up", "sent"]);
  });

  test("goes to nobody without an address or who may not sign in; and where no server is set nothing waits to be sent later", async () => {
    const { id } = await seedAgency("Tysta verket");
    await person("approver", id, "sv", false);
    const { actor } = await person("approver", id, "sv");
    await told("revoked", id, "a", NOW);
    await db("owner").person.update({ where: { id: actor.person }, data: { disabledAt: 1n } });
    expect(await mailRound(at(NOW))).toBe(0);
    await db("owner").person.update({ where: { id: actor.person }, data: { disabledAt: null } });
    await told("revoked", id, "b", NOW);
    expect(await mailRound({ ...at(NOW), smtpUrl: undefined })).toBe(0);
    expect(await mailRound(at(later(NOW, DAY)))).toBe(0);
    expect(smtp.received).toEqual([]);
  });

  test("to a coordinator says that it is for the federation, and none comes of what one has seen to oneself", async () => {
    const { id } = await seedAgency("Egna verket");
    const { actor, email } = await person("approver", id, "en");
    const coordinator = await seedPerson("Karin", { role: "coordinator" });
    const address = { email: "karin@samordning.example" };
    await db("owner").personName.update({ where: { personId: coordinator.person }, data: address });
    await told("stop_second", id, "a", NOW, "stp_x");
    await told("decide", id, "b", NOW, "agr_own");
    await db("owner").notice.updateMany({
      where: { subject: "agr_own" },
      data: { settledAt: BigInt(NOW), settledBy: actor.person },
    });
    expect(await mailRound(at(later(NOW, DAY)))).toBe(1);
    const [mail] = smtp.received;
    expect(mail?.to).toBe(address.email);
    expect(mail?.text).toContain("You get this as coordinator of the federation.");
    expect(mail?.text).toContain(`${BASE_URL}/emergency`);
    expect(smtp.received.map(({ to }) => to)).not.toContain(email);
    expect((await noticesOf(actor)).map(({ mail: state }) => state)).toEqual(["never"]);
  });

  test("leaves by itself while the worker runs, and nothing after it has stopped", async () => {
    const { id } = await seedAgency("Självgående verket");
    const { email } = await person("approver", id, "sv");
    const outgoing = startOutgoing({
      ...at(NOW),
      clock: { now: () => instant(Date.now()) },
      http: guardedFetch,
      sealing: { keyId: "x25519:test", ...newSealingKeyPair() },
    });
    const arrival = smtp.arrival();
    await told("revoked", id, "a", instant(Date.now()));
    expect((await arrival).to).toBe(email);
    await outgoing.stop();
  });

  test("address is not the worker's to read but for who has a mail to come", async () => {
    const { id } = await seedAgency("Adressverket");
    const { actor } = await person("approver", id, "sv");
    const read = () => db("worker").$queryRaw<unknown[]>`select email from notice_address(${[actor.person]}::uuid[])`;
    expect(await read()).toEqual([]);
    await told("revoked", id, "a", NOW);
    expect(await read()).toHaveLength(1);
    await expect(db("worker").$queryRaw`select email from person_name`).rejects.toThrow(/permission denied/);
  });
});

describe("time", () => {
  const agreement = async (stage: "agreed" | "offered", end: Instant | undefined, requestedAt: Instant) => {
    const home = await seedAgency("Slutverket");
    const partner = await seedAgency("Påminnelseverket");
    const people = {
      asker: await person("administrator", home.id, "sv"),
      home: await person("approver", home.id, "sv"),
      partner: await person("approver", partner.id, "sv"),
      chief: await person("administrator", partner.id, "sv"),
    };
    const id = idOf("agr", newId());
    const empty = { home: [], partner: [] };
    const terms = JSON.stringify({
      purpose: "p",
      parties: empty,
      servers: empty,
      ...(end === undefined ? {} : { end }),
    });
    await db("owner").agreement.create({
      data: {
        id,
        stage,
        createdAt: BigInt(requestedAt),
        parties: {
          create: [
            { agencyId: home.id, side: "home" },
            { agencyId: partner.id, side: "partner" },
          ],
        },
        versions: { create: { id: newId(), number: 1, terms, digest: "sha256:d", createdBy: newId(), at: 1n } },
      },
    });
    const acts = [
      ["request", "home", home.id, people.asker],
      ["endorse", "home", home.id, people.home],
    ] as const;
    for (const [kind, side, agencyId, { actor }] of acts)
      await db("owner").decision.create({
        data: {
          id: newId(),
          agreementId: id,
          number: 1,
          digest: "sha256:d",
          side,
          agencyId,
          kind,
          personId: actor.person,
          at: BigInt(requestedAt),
        },
      });
    return { id, subject: toPublicId("agr", id), ...people };
  };
  const kinds = async ({ actor }: { readonly actor: Actor }) =>
    (await noticesOf(actor)).map(({ kind }) => kind).toSorted();

  test("reminds both sides' people 60, 30 and 7 days before an end, each once, and says when it has come", async () => {
    const end = later(NOW, 61 * DAY);
    const { home, chief, partner } = await agreement("agreed", end, NOW);
    const toldAfter = async (days: number) => {
      await remind({ now: () => later(NOW, days * DAY) });
      await remind({ now: () => later(NOW, days * DAY + HOUR) });
      return kinds(home);
    };
    expect(await toldAfter(0)).toEqual([]);
    expect(await toldAfter(1)).toEqual(["ends_soon"]);
    expect(await toldAfter(31)).toEqual(["ends_soon", "ends_soon"]);
    expect(await toldAfter(54)).toEqual(["ends_now", "ends_soon", "ends_soon"]);
    expect(await toldAfter(61)).toEqual(["ended", "ends_now", "ends_soon", "ends_soon"]);
    expect(await kinds(chief)).toEqual(await kinds(partner));
    expect((await kinds(chief)).length).toBe(4);
    await db("owner").$executeRaw`update agreement set stage = 'closed'`;
  });

  test("tells an approver who came later what waits, and after five days everyone who can act, until somebody does", async () => {
    const { partner, chief, home } = await agreement("offered", undefined, NOW);
    await remind({ now: () => later(NOW, HOUR) });
    expect([await kinds(partner), await kinds(chief), await kinds(home)]).toEqual([["decide"], [], []]);
    await remind({ now: () => later(NOW, 5 * DAY) });
    await remind({ now: () => later(NOW, 6 * DAY) });
    expect([await kinds(partner), await kinds(chief)]).toEqual([["decide", "unanswered"], ["unanswered"]]);
    await db("owner").$executeRaw`update agreement set stage = 'closed'`;
  });

  test("reminds of nothing while a question is open, and does not count after how long the clock stood", async () => {
    const { id, chief } = await agreement("offered", undefined, NOW);
    const party = await db("owner").agreementParty.findFirstOrThrow({ where: { agreementId: id, side: "partner" } });
    const question = newId();
    const act = (kind: "ask" | "answer", day: number) =>
      db("owner").questionAct.create({
        data: {
          id: kind === "ask" ? question : newId(),
          agreementId: id,
          questionId: question,
          kind,
          side: kind === "ask" ? "partner" : "home",
          agencyId: party.agencyId,
          personId: chief.actor.person,
          digest: "sha256:d",
          text: "t",
          at: BigInt(later(NOW, day * DAY)),
        },
      });
    const toldOn = async (day: number) => {
      await remind({ now: () => later(NOW, day * DAY + HOUR) });
      return (await kinds(chief)).length;
    };
    await act("ask", 1);
    expect(await toldOn(6)).toBe(0);
    await act("answer", 7);
    expect([await toldOn(10), await toldOn(11)]).toEqual([0, 1]);
    await db("owner").$executeRaw`update agreement set stage = 'closed'`;
  });

  test("tells a server's people of its certificate 30, 7 and 1 days before its end, each once, and anew of a new one", async () => {
    const { id, server } = await seedAgency("Certifikatverket", "chat.certifikat.example");
    const runs = await person("administrator", id, "sv");
    const renew = (until: Instant) =>
      db("owner").nameProof.update({ where: { homeserverId: server }, data: { certificateUntil: BigInt(until) } });
    const toldOn = async (days: number) => {
      await remind({ now: () => later(NOW, days * DAY) });
      await remind({ now: () => later(NOW, days * DAY + HOUR) });
      return (await kinds(runs)).length;
    };
    await renew(later(NOW, 60 * DAY));
    expect(await toldOn(29)).toBe(0);
    expect([await toldOn(30), await toldOn(53), await toldOn(59)]).toEqual([1, 2, 3]);
    expect(await kinds(runs)).toEqual(["key_ends", "key_ends", "key_ends"]);
    await renew(later(NOW, 120 * DAY));
    expect([await toldOn(61), await toldOn(90)]).toEqual([3, 4]);
  });

  test("tells an agency that what it signed of a standing agreement ends, until it has signed anew", async () => {
    const { id, home, partner } = await agreement("agreed", undefined, NOW);
    const party = await db("owner").agreementParty.findFirstOrThrow({ where: { agreementId: id, side: "home" } });
    const sign = (until: Instant) =>
      db("owner").agencyConsent.create({
        data: {
          id: newId(),
          agreementId: id,
          agencyId: party.agencyId,
          personId: home.actor.person,
          signer: "orgnr:1",
          digest: "sha256:d",
          fromAt: 1n,
          untilAt: BigInt(until),
          keyId: "k",
          key: "k",
          signatures: [],
          at: 1n,
        },
      });
    await sign(later(NOW, 20 * DAY));
    await remind({ now: () => NOW });
    expect([await kinds(home), await kinds(partner)]).toEqual([["consent_ends"], []]);
    await sign(later(NOW, 400 * DAY));
    await remind({ now: () => later(NOW, 15 * DAY) });
    expect(await kinds(home)).toEqual(["consent_ends"]);
    await db("owner").$executeRaw`update agreement set stage = 'closed'`;
  });

  test("tells everyone sooner of a request whose own end is near", async () => {
    const { chief } = await agreement("offered", later(NOW, 8 * DAY), NOW);
    await remind({ now: () => later(NOW, HOUR) });
    expect(await kinds(chief)).toEqual([]);
    await remind({ now: () => later(NOW, DAY + HOUR) });
    expect(await kinds(chief)).toEqual(["unanswered"]);
  });
});
