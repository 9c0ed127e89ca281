import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson, seedServer } from "#lib/testing/line.ts";
import { importAgreements, previewAgreementFile } from "./import-agreements.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
const AGENCIES = 150;
const agencies: string[] = [];
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Frida", { role: "coordinator" });
  for (let at = 0; at < AGENCIES; at += 1) agencies.push((await seedAgency(`V${at}`, `chat.v${at}.example`)).id);
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const HEAD = "myndighet_a;myndighet_b;ändamål;startdag;slutdag;dnr_a;dnr_b;högsta_nivå";
const file = (...lines: readonly string[]) => [HEAD, ...lines].join("\n");
const server = (at: number) => `chat.v${at}.example`;
const stored = async () => {
  const owner = db("owner");
  return Promise.all([owner.importBatch.count(), owner.importRow.count(), owner.importParty.count()]);
};

describe("a file of agreements that stand on paper", () => {
  test("says every fault of every row at once, and with one of them nothing is written", async () => {
    const owner = db("owner");
    const { identifier } = await owner.agency.findUniqueOrThrow({ where: { id: agencies[0] ?? "" } });
    await seedAgency("Utan server");
    const { identifier: bare } = await owner.agency.findFirstOrThrow({ where: { nameSv: "Utan server" } });
    const [one, other] = [await seedAgency("Delar 1"), await seedAgency("Delar 2")];
    await seedServer(idOf("hs", newId()), "delad.example", [one.id, other.id]);
    const { identifier: shares } = await owner.agency.findFirstOrThrow({ where: { nameSv: "Delar 1" } });
    const csv = file(
      `${identifier.slice(0, 6)}-${identifier.slice(6)};${server(1)};Samverkan;2026-01-01;2028-02-29;2024/1;;1`,
      `${server(1)};orgnr:${identifier};Igen;;;;;`,
      `811218-9876;${server(2)};=HYPERLINK(1);2026-02-30;29/3/2027;<b>;;4`,
      `${server(3)};${server(3)};Sig själv;2027-02-01;2027-01-01;;;protected`,
      `${server(4)};${server(4)};Sig själv;2025-02-01;;;;`,
      `${bare};${shares};Utan;;;;;`,
      `chat.okänd.example;2021005520;;;;;;`,
      `chat.okand.example;${server(5)};Gammalt;;2020-12-31;;;`,
    );
    const shown = value(await previewAgreementFile(coordinator, { csv }));
    const found = Object.fromEntries(
      shown.rows.map(({ line, findings }) => [line, findings.map(({ column, code }) => `${column} ${code}`)]),
    );
    expect(found).toEqual({
      2: [],
      3: ["agency_b duplicate_in_file"],
      4: [
        "agency_a personal_number",
        "purpose formula_in_text",
        "start invalid_date",
        "end invalid_date",
        "diarienummer_a markup_in_text",
        "ceiling classification_too_high",
      ],
      5: ["ceiling security_protected_refused", "end end_before_start"],
      6: ["agency_b request_to_self"],
      7: ["agency_a agency_without_server", "agency_b server_shared"],
      8: ["agency_a invalid_server_name", "agency_b wrong_check_digit", "purpose value_missing"],
      9: ["end date_passed", "agency_a agency_unknown"],
    });
    const before = await stored();
    const wish = { csv, digest: shown.digest };
    expect(codeOf(await importAgreements(coordinator, { ...wish, leaveOut: false }))).toBe("file_faulty");
    expect(await stored()).toEqual(before);
  });

  test("never says a person's own number back", async () => {
    const csv = file(`811218-9876;${server(1)};Enskild;;;;;`, `${server(1)};19811218-9876;Enskild;;;;;`);
    const shown = value(await previewAgreementFile(coordinator, { csv }));
    expect(shown.rows.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      ["personal_number"],
      ["personal_number"],
    ]);
    expect(JSON.stringify(shown)).not.toContain("9876");
  });

  test("of ten thousand rows with three bad ones writes nothing, unless the coordinator leaves out just those", async () => {
    const pairs = agencies.flatMap((_, a) => agencies.slice(a + 1).map((_other, at) => [a, a + 1 + at] as const));
    const lines = pairs.slice(0, 10_000).map(([a, b]) => `${server(a)};${server(b)};Samverkan;2026-01-01;;;;2`);
    for (const [at, bad] of [
      [17, "okand.example"],
      [5_000, "811218-9876"],
      [9_999, ""],
    ] as const)
      lines[at] = `${bad};${server(1)};Samverkan;;;;;`;
    const csv = file(...lines);
    const shown = value(await previewAgreementFile(coordinator, { csv }));
    expect(shown).toMatchObject({ agreements: 9_997, faulty: 3, agencies: AGENCIES });
    expect(shown.rows.slice(0, 3).map(({ line, findings }) => [line, findings[0]?.code])).toEqual([
      [19, "agency_unknown"],
      [5_002, "personal_number"],
      [10_001, "value_missing"],
    ]);
    const before = await stored();
    const wish = { csv, digest: shown.digest };
    expect(codeOf(await importAgreements(coordinator, { ...wish, leaveOut: false }))).toBe("file_faulty");
    expect(await stored()).toEqual(before);
    const brought = value(await importAgreements(coordinator, { ...wish, leaveOut: true }));
    expect(brought).toMatchObject({ agreements: 9_997, leftOut: 3, agencies: AGENCIES });
    expect(await stored()).toEqual([before[0] + 1, before[1] + 9_997, before[2] + AGENCIES]);
    expect(await db("owner").audit.count({ where: { kind: "import.brought" } })).toBe(1);
    expect(await db("owner").agreement.count()).toBe(0);
  }, 60_000);

  test("leaves out no row that was shown without a fault", async () => {
    const { id } = await seedAgency("Flyktig", "chat.flyktig.example");
    const csv = file(`${server(0)};chat.flyktig.example;Samverkan;;;;;`, `${server(0)};${server(1)};Samverkan;;;;;`);
    const shown = value(await previewAgreementFile(coordinator, { csv }));
    expect(shown.faulty).toBe(0);
    await db("owner").agency.update({ where: { id }, data: { state: "left" } });
    const late = { csv, digest: shown.digest, leaveOut: true };
    expect(codeOf(await importAgreements(coordinator, late))).toBe("file_changed");
  });

  test("is a coordinator's alone to bring in", async () => {
    const approver = await seedPerson("Bo", { role: "approver", agency: idOf("agy", agencies[0] ?? "") });
    const csv = file(`${server(0)};${server(1)};Samverkan;;;;;`);
    expect(codeOf(await previewAgreementFile(approver, { csv }))).toBe("not_permitted");
    const { digest } = value(await previewAgreementFile(coordinator, { csv }));
    expect(codeOf(await importAgreements(approver, { csv, digest, leaveOut: false }))).toBe("not_permitted");
  });
});
