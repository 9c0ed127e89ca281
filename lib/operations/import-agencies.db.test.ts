import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { importAgencies, previewAgencyFile } from "./import-agencies.ts";
import { redeemInvitation } from "./invitations.ts";

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

let made = 500_000;
const orgnr = (): string => {
  made += 1;
  const nine = `212${made}`;
  const sum = Array.from(nine, Number).reduce((total, digit, place) => {
    const doubled = place % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${nine}${(10 - (sum % 10)) % 10}`;
};
const HEAD = "name_sv,organisation_number,member_class,server_name,incident_email,administrator_email,approver_emails";
const line = (word: string, number = orgnr()) =>
  `${word}verket,${number},state_agency,chat.${word}.example,jour@${word}.example,anna@${word}.example,bo@${word}.example eva@${word}.example`;
const file = (...lines: readonly string[]) => [HEAD, ...lines].join("\r\n");
const counted = async () => {
  const owner = db("owner");
  return Promise.all([owner.agency.count(), owner.homeserver.count(), owner.invitation.count()]);
};

describe("a file of agencies", () => {
  test("brings in forty with their servers and first people by two acts, and leaves one row in the log", async () => {
    const csv = file(...Array.from({ length: 40 }, (_, at) => line(`a${at}`)));
    const before = await counted();
    const shown = value(await previewAgencyFile(coordinator, { csv }));
    expect(shown).toMatchObject({ agencies: 40, servers: 40, invitations: 120, faults: 0 });
    expect(await counted()).toEqual(before);
    const imported = value(await importAgencies(coordinator, { csv, digest: shown.digest }));
    expect(imported.agencies).toHaveLength(40);
    expect(await counted()).toEqual([before[0] + 40, before[1] + 40, before[2] + 120]);
    const rows = await db("owner").audit.findMany({ where: { kind: "directory.imported" } });
    expect(rows.map(({ agencyIds }) => agencyIds.length)).toEqual([40]);
    const again = value(await previewAgencyFile(coordinator, { csv }));
    expect(again.faults).toBe(80);
    expect(codeOf(await importAgencies(coordinator, { csv, digest: shown.digest }))).toBe("file_faulty");
  });

  test("gives links that a person can answer, once", async () => {
    const csv = file(line("länk".replace("ä", "a")));
    const { digest } = value(await previewAgencyFile(coordinator, { csv }));
    const { invitations } = value(await importAgencies(coordinator, { csv, digest }));
    expect(invitations.map(({ role, email }) => `${role} ${email}`)).toEqual([
      "administrator anna@lank.example",
      "approver bo@lank.example",
      "approver eva@lank.example",
    ]);
    const token = invitations[0]?.url?.split("#")[1] ?? "";
    const anna = { ...(await seedPerson("Anna")), credential: { kind: "link" as const } };
    expect(value(await redeemInvitation(anna, { token })).state).toBe("granted");
    expect(codeOf(await redeemInvitation(anna, { token }))).toBe("invitation_invalid");
  });

  test("says every fault of every row at once, and with one of them nothing is brought in", async () => {
    const held = await seedAgency("Finnsverket", "chat.finns.example");
    const { identifier } = await db("owner").agency.findUniqueOrThrow({ where: { id: held.id } });
    const same = orgnr();
    const csv = file(
      line("hel", same),
      line("dubbel", same),
      line("finns", identifier),
      "=HYPERLINK(1),811218-9876,verk,https://x,ingen,,a@b.example;c",
      "<b>Verket</b>,2021005520,region,,,,",
      "Sk\u0430tteverket,,region,,,,",
    );
    const shown = value(await previewAgencyFile(coordinator, { csv }));
    const found = Object.fromEntries(
      shown.rows.map(({ line: row, findings }) => [row, findings.map(({ column, code }) => `${column} ${code}`)]),
    );
    expect(found).toEqual({
      2: [],
      3: ["organisation_number duplicate_in_file"],
      4: ["organisation_number duplicate_identifier", "server_name duplicate_server_name"],
      5: [
        "name_sv formula_in_text",
        "organisation_number personal_number",
        "member_class unknown_choice",
        "server_name invalid_server_name",
        "incident_email invalid_email",
        "approver_emails invalid_email",
      ],
      6: ["name_sv markup_in_text", "organisation_number wrong_check_digit"],
      7: ["name_sv mixed_script", "organisation_number value_missing"],
    });
    const before = await counted();
    expect(codeOf(await importAgencies(coordinator, { csv, digest: shown.digest }))).toBe("file_faulty");
    expect(await counted()).toEqual(before);
  });

  test("never says a person's own number back, nor writes it to the log", async () => {
    const csv = file(line("enskild", "811218-9876"), line("momsad", "19811218-9876"));
    const shown = value(await previewAgencyFile(coordinator, { csv }));
    expect(shown.rows.map(({ findings }) => findings[0]?.code)).toEqual(["personal_number", "personal_number"]);
    await importAgencies(coordinator, { csv, digest: shown.digest });
    const log = JSON.stringify(await db("owner").audit.findMany(), (_key, held: unknown) =>
      typeof held === "bigint" ? String(held) : held,
    );
    expect(`${JSON.stringify(shown)} ${log}`).not.toMatch(/811218-?9876/);
  });

  test("of ten thousand rows with three bad ones names the three, with their lines", async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => line(`t${at}`));
    for (const bad of [17, 4_000, 9_999]) rows[bad] = `Verket${bad},123,region,,,,`;
    const shown = value(await previewAgencyFile(coordinator, { csv: file(...rows) }));
    expect(shown.faults).toBe(3);
    expect(shown.rows.slice(0, 3).map(({ line: row }) => row)).toEqual([19, 4_002, 10_001]);
    const more = file(...rows, line("en"));
    expect(value(await previewAgencyFile(coordinator, { csv: more })).fileFindings[0]?.code).toBe("too_many_rows");
  });

  test("that is not CSV, or lacks a column, says where", async () => {
    const unread = value(await previewAgencyFile(coordinator, { csv: 'name_sv,x\n"a' }));
    expect(unread.fileFindings).toEqual([{ column: null, code: "file_unreadable", params: { row: 2 } }]);
    const headed = value(await previewAgencyFile(coordinator, { csv: "Namn;Organisationsnummer;Färg\nA;B;C" }));
    expect(headed.fileFindings.map(({ code, params }) => `${code} ${params?.["column"]}`)).toEqual([
      "column_missing member_class",
      "column_unknown Färg",
    ]);
  });

  test("is taken from a coordinator only, as it was shown, and from a token without people", async () => {
    const csv = file(line("ratt"));
    const administrator = await seedPerson("Astrid");
    expect(codeOf(await previewAgencyFile(administrator, { csv }))).toBe("not_permitted");
    const { digest } = value(await previewAgencyFile(coordinator, { csv }));
    expect(codeOf(await importAgencies(administrator, { csv, digest }))).toBe("not_permitted");
    expect(codeOf(await importAgencies(coordinator, { csv: `${csv}\r\n`, digest }))).toBe("file_changed");
    const token = asToken(coordinator);
    expect(codeOf(await importAgencies(token, { csv, digest }))).toBe("token_invites_nobody");
    const bare = `namn;organisationsnummer;medlemsklass\nNyckelverket;${orgnr()};Statlig myndighet`;
    const shown = value(await previewAgencyFile(token, { csv: bare }));
    expect(value(await importAgencies(token, { csv: bare, digest: shown.digest })).agencies).toHaveLength(1);
  });

  test("sent twice at the same moment is brought in once", async () => {
    const csv = file(line("samtidig"));
    const { digest } = value(await previewAgencyFile(coordinator, { csv }));
    const wish = { csv, digest };
    const answers = await Promise.all([importAgencies(coordinator, wish), importAgencies(coordinator, wish)]);
    expect(answers.map(codeOf).toSorted()).toEqual(["done", "file_faulty"]);
  });
});
