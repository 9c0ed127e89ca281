import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Apply } from "#lib/contracts/applications.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type ApplicationId, parsePublicId } from "#lib/domain/ids.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideApplication, listApplications } from "./applications.ts";
import { apply } from "./apply.ts";
import { redeemInvitation } from "./invitations.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Frida", { role: "coordinator" });
});
afterAll(() => database.close());
beforeEach(async () => {
  await db("owner").application.deleteMany({});
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const wish = (word: string, number = "2021005521") => ({
  name: `${word}verket`,
  identifier: { scheme: "orgnr", value: number },
  memberClass: "state_agency",
  serverNames: [`Chat.${word}.example`],
  contact: { name: "Astrid", email: `astrid@${word}.example` },
});
const send = (given: object) => apply(Apply.parse(given), "trace");
const open = async () => value(await listApplications(coordinator, { state: "open" })).items;
const idOfView = ({ id }: { readonly id: string }): ApplicationId => {
  const read = parsePublicId("apl", id);
  if (!read.ok) throw new Error(id);
  return read.value;
};
const sent = async (given: object) => {
  value(await send(given));
  const [one] = await open();
  if (one === undefined) throw new Error("nothing waits");
  return one;
};

describe("an organisation that asks to join", () => {
  test("becomes an agency with its servers by a coordinator's word, and its contact the first administrator", async () => {
    const waiting = await sent({ ...wish("ny"), message: "Vi vill vara med." });
    const told = await db("owner").notice.findMany({ where: { subject: waiting.id } });
    expect(told.map(({ personId, kind, role }) => [personId, kind, role])).toEqual([
      [coordinator.person, "application", "coordinator"],
    ]);
    expect(waiting).toMatchObject({ identifier: "202100-5521", serverNames: ["chat.ny.example"], findings: [] });
    const { application, invitation } = value(
      await decideApplication(coordinator, { id: idOfView(waiting), decision: "approve" }),
    );
    expect(application).toMatchObject({ state: "approved", agency: { name: { sv: "nyverket" } } });
    const agency = await db("owner").agency.findFirstOrThrow({
      where: { identifier: "2021005521" },
      include: { homeservers: { include: { homeserver: true } } },
    });
    expect(agency.state).toBe("invited");
    expect(agency.homeservers.map(({ homeserver }) => homeserver.serverName)).toEqual(["chat.ny.example"]);
    const astrid = { ...(await seedPerson("Astrid")), credential: { kind: "link" as const } };
    const token = invitation?.url?.split("#")[1] ?? "";
    expect(value(await redeemInvitation(astrid, { token })).state).toBe("granted");
    const held = await db("owner").membership.findMany({ where: { personId: astrid.person } });
    expect(held.map(({ role, agencyId }) => [role, agencyId])).toEqual([["administrator", agency.id]]);
    expect(await open()).toEqual([]);
  });

  test("is answered the same whether it is a member, already waits, or is unknown to all", async () => {
    const member = await seedAgency("Medlemsverket", "chat.medlem.example");
    const { identifier } = await db("owner").agency.findUniqueOrThrow({ where: { id: member.id } });
    const answers = [
      await send(wish("okand", "2021000654")),
      await send(wish("okand", "2021000654")),
      await send({ ...wish("medlem", identifier), serverNames: ["chat.medlem.example"] }),
    ];
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ ok: true, value: { ok: true } })));
    const waiting = await open();
    expect(waiting.map(({ name, findings }) => [name, findings])).toEqual([
      ["okandverket", []],
      ["medlemverket", ["duplicate_identifier", "duplicate_server_name"]],
    ]);
    const second = waiting[1];
    if (second === undefined) throw new Error("nothing waits");
    const decision = { id: idOfView(second), decision: "approve" as const };
    expect(codeOf(await decideApplication(coordinator, decision))).toBe("duplicate_identifier");
  });

  test("is refused with a reason, once, also by two coordinators at the same moment", async () => {
    const waiting = await sent(wish("fel"));
    const id = idOfView(waiting);
    const no = { id, decision: "refuse" as const, reason: "Inte en myndighet" };
    const other = await seedPerson("Greta", { role: "coordinator" });
    const answers = await Promise.all([decideApplication(coordinator, no), decideApplication(other, no)]);
    expect(answers.map(codeOf).toSorted()).toEqual(["application_decided", "done"]);
    const refused = value(await listApplications(coordinator, { state: "refused" })).items;
    expect(refused).toMatchObject([{ reason: "Inte en myndighet", agency: null }]);
    const rows = await db("owner").audit.findMany({ where: { kind: "application.refused" } });
    expect(rows).toHaveLength(1);
  });

  test("is read and decided by coordinators in person, and by nobody else", async () => {
    const id = idOfView(await sent(wish("egen")));
    const approver = await seedPerson("Bo", { role: "approver", agency: (await seedAgency("Annatverket")).id });
    expect(codeOf(await listApplications(approver, { state: "open" }))).toBe("not_permitted");
    expect(codeOf(await decideApplication(approver, { id, decision: "approve" }))).toBe("not_permitted");
    expect(codeOf(await decideApplication(asToken(coordinator), { id, decision: "approve" }))).toBe(
      "tokens_never_decide",
    );
  });

  test("waits its turn: when strangers have sent what can be read in an hour, all are told to come back", async () => {
    for (let at = 0; at < 20; at += 1)
      value(await send({ ...wish(`m${at}`), identifier: { scheme: "other", value: `x${at}` } }));
    expect(codeOf(await send(wish("sen")))).toBe("too_many_applications");
    expect(await open()).toHaveLength(20);
  });

  test.each([
    ["a person's own number", { identifier: { scheme: "orgnr", value: "811218-9876" } }],
    ["a formula for a name", { name: "=HYPERLINK(1)" }],
    ["markup for a name", { name: "<b>Verket</b>" }],
    ["a name of two scripts", { name: "Sk\u0430tteverket" }],
    ["an address for a server name", { serverNames: ["https://chat.a.example"] }],
    ["eleven servers", { serverNames: Array.from({ length: 11 }, (_, at) => `s${at}.example`) }],
    ["no address to answer to", { contact: { name: "Astrid", email: "nej" } }],
    ["a field nobody asked for", { state: "approved" }],
  ])("is not taken with %s", (_what, wrong) => {
    const read = Apply.safeParse({ ...wish("fel"), ...wrong });
    expect(read.success).toBe(false);
    expect(JSON.stringify(read.error?.issues)).not.toContain("8112189876");
  });
});
