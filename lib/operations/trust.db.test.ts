import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ContentInput } from "#lib/contracts/terms.ts";
import type { AgreementView, DecideTrust } from "#lib/contracts/trust.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf, parsePublicId } from "#lib/domain/ids.ts";
import { MINUTE } from "#lib/domain/instant.ts";
import type { Move } from "#lib/domain/trust.ts";
import { newId } from "#lib/platform/ids.ts";
import { asToken, openLine, seedAgency, seedPerson, seedServer } from "#lib/testing/line.ts";
import { decideTrust } from "./decide-trust.ts";
import { previewTrust } from "./preview-trust.ts";
import { listAgreements, readAgreement, readTimeline } from "./read-agreements.ts";
import { listAuditRows } from "./read-audit.ts";
import { readInbox } from "./read-inbox.ts";
import { readOverview } from "./read-overview.ts";
import { requestTrust } from "./request-trust.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

let pairs = 0;
/** Two agencies with a server each, and four people. */
const twoAgencies = async () => {
  pairs += 1;
  const home = await seedAgency(`Hemverket ${pairs}`, `chat.home${pairs}.example`);
  const partner = await seedAgency(`Partnerverket ${pairs}`, `chat.partner${pairs}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const homeApprover = await seedPerson("Bo", { role: "approver", agency: home.id });
  const partnerApprover = await seedPerson("David", { role: "approver", agency: partner.id });
  return { home, partner, administrator, homeApprover, partnerApprover };
};

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const idIn = ({ id }: AgreementView) => {
  const read = parsePublicId("agr", id);
  if (!read.ok) throw new Error(id);
  return read.value;
};
const move = (agreement: AgreementView, as: AgencyId, kind: Move, more: Partial<DecideTrust> = {}) => ({
  id: idIn(agreement),
  version: agreement.version,
  as,
  move: kind,
  digest: agreement.digest ?? "",
  ...more,
});
const asked = async () => {
  const scene = await twoAgencies();
  const wish = { as: scene.home.id, partner: scene.partner.id, purpose: "Samverkan" };
  return { ...scene, wish, agreement: value(await requestTrust(scene.administrator, wish)) };
};
const offered = async () => {
  const scene = await asked();
  const endorsed = await decideTrust(scene.homeApprover, move(scene.agreement, scene.home.id, "endorse"));
  return { ...scene, agreement: value(endorsed) };
};
const agreed = async () => {
  const scene = await offered();
  const wish = move(scene.agreement, scene.partner.id, "accept", { diarienummer: "TS 2026:17" });
  return { ...scene, agreement: value(await decideTrust(scene.partnerApprover, wish)) };
};

/** The same people, agreed with as many partners. */
const agreedWithMany = async (count: number) => {
  const home = await seedAgency(`Mångverket ${count}`, `chat.many${count}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const [first, second] = [
    await seedPerson("Bo", { role: "approver", agency: home.id }),
    await seedPerson("Cecilia", { role: "approver", agency: home.id }),
  ];
  const agreements: AgreementView[] = [];
  for (let made = 0; made < count; made += 1) {
    const partner = await seedAgency(`Motverket ${count} ${made}`, `chat.other${count}-${made}.example`);
    const approver = await seedPerson("David", { role: "approver", agency: partner.id });
    const asked = value(await requestTrust(administrator, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    const endorsed = value(await decideTrust(first, move(asked, home.id, "endorse")));
    agreements.push(value(await decideTrust(approver, move(endorsed, partner.id, "accept"))));
  }
  return { home, first, second, agreements };
};

describe("acts by one person", () => {
  test("are counted over ten minutes: of five revocations at once three pass, the next are another person's, and what was counted grows old", async () => {
    const { home, first, second, agreements } = await agreedWithMany(5);
    const revoke = (actor: Actor, agreement: AgreementView) =>
      decideTrust(actor, move(agreement, home.id, "revoke", { reason: "över" }));
    const codes = (await Promise.all(agreements.map((agreement) => revoke(first, agreement)))).map(codeOf);
    expect(codes.toSorted()).toEqual(["done", "done", "done", "second_person_needed", "second_person_needed"]);
    const left = agreements.filter((_, at) => codes[at] !== "done");
    const [one, other] = left;
    if (one === undefined || other === undefined) throw new Error("two are left");
    expect(await revoke(first, one)).toMatchObject({ error: { params: { limit: 3 } } });
    expect(codeOf(await decideTrust(first, move(one, home.id, "suspend", { reason: "nu" })))).toBe("done");
    expect(codeOf(await revoke(second, other))).toBe("done");
    const owner = db("owner");
    await owner.$executeRawUnsafe("ALTER TABLE decision DISABLE TRIGGER append_only");
    await owner.$executeRaw`update decision set at = at - ${10 * MINUTE + 1} where person_id = ${first.person}::uuid`;
    await owner.$executeRawUnsafe("ALTER TABLE decision ENABLE TRIGGER append_only");
    expect(codeOf(await revoke(first, { ...one, version: one.version + 1 }))).toBe("done");
  });
});

describe("what an agreement says", () => {
  const ask = async (content: ContentInput, more: { end?: number } = {}) => {
    const { home, partner, administrator, partnerApprover } = await twoAgencies();
    const wish = { as: home.id, partner: partner.id, purpose: "Samverkan", content, ...more };
    return { asked: await requestTrust(administrator, wish), partnerApprover };
  };

  test("is stored with its laws, assessment, ceiling and rule, read back by the other side, and covered by the digest", async () => {
    const content = {
      laws: [{ law: "OSL (2009:400)", section: "10 kap. 2 §" }],
      secrecy: { assessment: "inget sekretessbelagt", by: "Siv Jurist" },
      ceiling: "2" as const,
      personalData: true,
      residency: "eea" as const,
      offlineMs: 86_400_000,
      contacts: ["Astrid, astrid@home.example"],
      conditions: "rummen gallras efter ett år",
    };
    const { asked, partnerApprover } = await ask(content);
    const read = value(await readAgreement(partnerApprover, { id: idIn(value(asked)) }));
    expect(read.terms?.content).toMatchObject({ ...content, ceiling: 2, trial: false, attachments: [] });
    const other = await ask({ ...content, ceiling: "1" });
    expect(value(other.asked).digest).not.toBe(read.digest);
  });

  test("may not be the top of the scale, nor security-protected", async () => {
    expect(codeOf((await ask({ ceiling: "4" })).asked)).toBe("classification_too_high");
    expect(codeOf((await ask({ ceiling: "protected" })).asked)).toBe("security_protected_refused");
  });

  test("gives a trial its end after thirty days, and refuses it a later one", async () => {
    const { asked } = await ask({ trial: true });
    const { end, createdAt } = value(asked);
    expect(Math.abs((end ?? 0) - createdAt - 30 * 24 * 60 * MINUTE)).toBeLessThan(MINUTE);
    expect(codeOf((await ask({ trial: true }, { end: Date.now() + 31 * 24 * 60 * MINUTE })).asked)).toBe(
      "trial_too_long",
    );
  });
});

describe("the line of trust", () => {
  test("is requested, endorsed at home and accepted, with each consent by its person and diarienummer", async () => {
    const { agreement, partnerApprover } = await agreed();
    expect(agreement.stage).toBe("agreed");
    expect(agreement.consents.map(({ kind, diarienummer }) => [kind, diarienummer])).toEqual([
      ["endorse", null],
      ["accept", "TS 2026:17"],
    ]);
    const { items } = value(await readTimeline(partnerApprover, { id: idIn(agreement) }));
    expect(items.map(({ kind }) => kind)).toEqual(["request", "endorse", "accept"]);
  });

  test("is never in force by the portal's own word: without evidence both lanes are on their way or observed only", async () => {
    const { agreement } = await agreed();
    expect(agreement.lanes).toHaveLength(2);
    for (const { stations } of agreement.lanes)
      expect(stations.map(({ state }) => state)).toEqual(["reached", "not_yet", "not_yet", "not_yet"]);
    expect(agreement.status).not.toBe("in_force");
  });

  test("brings its lanes and its end with the list, so that no page asks for them one by one", async () => {
    const { agreement, homeApprover, home } = await agreed();
    const coordinator = await seedPerson("Frida", { role: "coordinator" });
    const listed = async (actor: Actor) =>
      value(await listAgreements(actor, { limit: 200, agency: home.id })).items.find(({ id }) => id === agreement.id);
    const mine = await listed(homeApprover);
    expect(mine?.lanes).toEqual(agreement.lanes);
    expect([mine?.lanes.length, mine?.closedAt]).toEqual([2, null]);
    expect((await listed(coordinator))?.lanes).toEqual([]);
    const revoke = move(agreement, home.id, "revoke", { reason: "över" });
    const revoked = value(await decideTrust(homeApprover, revoke));
    expect((await listed(homeApprover))?.closedAt).toBe(revoked.closedAt);
    expect(revoked.closedAt).toEqual(expect.any(Number));
  });

  test("shows before acceptance the lines that would change on each homeserver", async () => {
    const { agreement, partnerApprover } = await offered();
    const preview = value(await previewTrust(partnerApprover, { id: idIn(agreement), move: "accept" }));
    expect(preview.effect).toBe("opens");
    expect(preview.homeservers.map(({ lines }) => lines.map(({ change }) => change))).toEqual([["add"], ["add"]]);
  });

  test("stands in the inbox of who can answer, and in their overview's count", async () => {
    const { partnerApprover } = await offered();
    const inbox = value(await readInbox(partnerApprover, { limit: 50 }));
    expect(inbox.items.map(({ kind, direction }) => [kind, direction])).toEqual([["accept", "incoming"]]);
    expect(value(await readOverview(partnerApprover, {})).counts.needsYou).toBe(1);
  });

  test("is revoked by either side with a reason, and then may be requested again", async () => {
    const { agreement, homeApprover, home, administrator, wish } = await agreed();
    expect(codeOf(await decideTrust(homeApprover, move(agreement, home.id, "revoke")))).toBe("reason_required");
    const closed = value(await decideTrust(homeApprover, move(agreement, home.id, "revoke", { reason: "Slut" })));
    expect([closed.stage, closed.closedBy]).toEqual(["closed", "revoke"]);
    expect(codeOf(await requestTrust(administrator, wish))).toBe("done");
  });

  test("names every agency on a shared server, and needs the consent of each", async () => {
    const { home, administrator, homeApprover, partnerApprover } = await twoAgencies();
    const guest = await seedAgency(`Gästverket ${pairs}`);
    const host = await seedAgency(`Värdverket ${pairs}`);
    await seedServer(idOf("hs", newId()), `chat.shared${pairs}.example`, [host.id, guest.id]);
    const first = await seedPerson("A", { role: "approver", agency: host.id });
    const second = await seedPerson("B", { role: "approver", agency: guest.id });
    const request = value(await requestTrust(administrator, { as: home.id, partner: host.id, purpose: "P" }));
    expect(request.opensAlso.map(({ name }) => name.sv)).toContain(`Gästverket ${pairs}`);
    const endorsed = value(await decideTrust(homeApprover, move(request, home.id, "endorse")));
    const half = value(await decideTrust(first, move(endorsed, host.id, "accept")));
    expect(half.stage).toBe("offered");
    expect(codeOf(await decideTrust(partnerApprover, move(half, guest.id, "accept")))).not.toBe("done");
    expect(value(await decideTrust(second, move(half, guest.id, "accept"))).stage).toBe("agreed");
  });
});

describe("what a request is refused for", () => {
  test("oneself, a partner without a server, another agency's name, an end before its start", async () => {
    const { home, partner, administrator } = await twoAgencies();
    const bare = await seedAgency("Utan server");
    const ask = (more: object) =>
      requestTrust(administrator, { as: home.id, partner: partner.id, purpose: "P", ...more });
    expect(codeOf(await ask({ partner: home.id }))).toBe("request_to_self");
    expect(codeOf(await ask({ partner: bare.id }))).toBe("agency_without_server");
    expect(codeOf(await ask({ as: partner.id, partner: home.id }))).toBe("not_permitted");
    expect(codeOf(await ask({ start: 4_000_000_000_000, end: 3_999_999_999_999 }))).toBe("end_before_start");
  });

  test("a server whose name states a port and a Rocket.Chat, before anything is sent, and nothing is stored", async () => {
    const { home, partner, administrator } = await twoAgencies();
    const rocket = await seedAgency("Rocket", `rocket-${home.id}.example`);
    await db("owner").homeserver.update({ where: { id: rocket.server }, data: { platform: "rocketchat" } });
    await db("owner").homeserver.update({
      where: { id: home.server },
      data: { serverName: `port-${home.id}.example:8448` },
    });
    const wish = { as: home.id, partner: rocket.id, purpose: "P" };
    const refused = await requestTrust(administrator, wish);
    expect(codeOf(refused)).toBe("port_name_with_rocketchat");
    expect(await db("owner").agreementParty.count({ where: { agencyId: rocket.id } })).toBe(0);
    expect(codeOf(await requestTrust(administrator, { ...wish, partner: partner.id }))).toBe("done");
  });

  test("the review says what each side's platform cannot do", async () => {
    const { agreement, partner, partnerApprover } = await asked();
    await db("owner").homeserver.update({ where: { id: partner.server }, data: { platform: "rocketchat" } });
    const { homeservers } = value(await previewTrust(partnerApprover, { id: idIn(agreement), move: "accept" }));
    expect(homeservers.map(({ limits }) => limits)).toEqual([
      [],
      ["inbound_only", "minute_to_effect", "no_ports", "no_signature"],
    ]);
  });

  test("what is no longer as the preview showed it, and passes once it is looked at again", async () => {
    const { agreement, homeApprover, home, partner } = await asked();
    const look = async () => value(await previewTrust(homeApprover, { id: idIn(agreement), move: "accept" })).digest;
    const endorse = (preview: string) => decideTrust(homeApprover, move(agreement, home.id, "endorse", { preview }));
    const shown = await look();
    await db("owner").homeserver.update({ where: { id: partner.server }, data: { mode: "enforce" } });
    expect(codeOf(await endorse(shown))).toBe("preview_changed");
    expect(codeOf(await endorse(await look()))).toBe("done");
  });

  test("a second open request between the same two, from either side, with a link to the first", async () => {
    const { agreement, administrator, wish, home, partner } = await asked();
    const second = await requestTrust(administrator, wish);
    expect(second).toMatchObject({
      ok: false,
      error: { code: "request_already_open", link: `/agreements/${agreement.id}` },
    });
    const theirs = await seedPerson("Cecilia", { role: "administrator", agency: partner.id });
    expect(codeOf(await requestTrust(theirs, { as: partner.id, partner: home.id, purpose: "P" }))).toBe(
      "request_already_open",
    );
  });

  test("all but one of 50 at once", async () => {
    const { home, partner, administrator } = await twoAgencies();
    const wish = { as: home.id, partner: partner.id, purpose: "P" };
    const codes = (await Promise.all(Array.from({ length: 50 }, () => requestTrust(administrator, wish)))).map(codeOf);
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    expect(codes.filter((code) => code === "request_already_open")).toHaveLength(49);
  });
});

describe("what a decision is refused for", () => {
  test("one's own request, even by an approver", async () => {
    const { home, partner } = await twoAgencies();
    const both = await seedPerson(
      "Båda",
      { role: "approver", agency: home.id },
      { role: "administrator", agency: home.id },
    );
    const request = value(await requestTrust(both, { as: home.id, partner: partner.id, purpose: "P" }));
    expect(codeOf(await decideTrust(both, move(request, home.id, "endorse")))).toBe("own_request");
  });

  test("without the role, for another agency, by a token", async () => {
    const { agreement, administrator, home, homeApprover, partner } = await asked();
    expect(codeOf(await decideTrust(administrator, move(agreement, home.id, "endorse")))).toBe("not_permitted");
    expect(codeOf(await decideTrust(homeApprover, move(agreement, partner.id, "accept")))).toBe("not_permitted");
    expect(codeOf(await decideTrust(asToken(homeApprover), move(agreement, home.id, "endorse")))).toBe(
      "tokens_never_decide",
    );
  });

  test("twice, on a stale version, on another digest", async () => {
    const { agreement, partner, partnerApprover } = await offered();
    const wish = move(agreement, partner.id, "accept");
    expect(codeOf(await decideTrust(partnerApprover, { ...wish, version: agreement.version - 1 }))).toBe(
      "stale_version",
    );
    expect(codeOf(await decideTrust(partnerApprover, { ...wish, digest: "sha256:other" }))).toBe("terms_changed");
    const accepted = value(await decideTrust(partnerApprover, wish));
    expect(codeOf(await decideTrust(partnerApprover, wish))).toBe("stale_version");
    expect(codeOf(await decideTrust(partnerApprover, { ...wish, version: accepted.version }))).toBe(
      "already_consented",
    );
  });

  test("all but one of 50 at once from 50 people, each refusal in the log", async () => {
    const { agreement, partner, partnerApprover } = await offered();
    const people: Actor[] = [];
    for (let each = 0; each < 50; each += 1)
      people.push(await seedPerson(`P${each}`, { role: "approver", agency: partner.id }));
    const wish = move(agreement, partner.id, "accept");
    const codes = (await Promise.all(people.map((person) => decideTrust(person, wish)))).map(codeOf);
    expect(codes.filter((code) => code === "done")).toHaveLength(1);
    expect(codes.filter((code) => code === "stale_version")).toHaveLength(49);
    expect(value(await readAgreement(partnerApprover, { id: idIn(agreement) })).consents).toHaveLength(2);
    const log = value(await listAuditRows(partnerApprover, { limit: 200, subject: agreement.id, outcome: "refused" }));
    expect(log.items).toHaveLength(49);
  });
});
