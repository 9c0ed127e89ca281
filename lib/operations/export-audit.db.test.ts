import { afterAll, beforeAll, expect, test } from "vitest";
import { AuditExportQuery } from "#lib/contracts/audit.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { ok } from "#lib/domain/result.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { exportAudit } from "./export-audit.ts";
import { listAuditRows } from "./read-audit.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const taken = async (actor: Actor, filter: object = {}): Promise<readonly string[]> => {
  const exported = await exportAudit(actor, AuditExportQuery.parse(filter));
  if (!exported.ok) throw new Error(exported.error.code);
  let text = "";
  for await (const piece of exported.value) text += piece;
  return text.trimEnd().split("\r\n");
};

test("the whole log is taken out, beyond a page, by who may see it; that it was stands in the log, with the filter", async () => {
  const { id } = await seedAgency("Loggverket");
  const { id: other } = await seedAgency("Annatverket");
  const mine = await seedPerson("Bo", { role: "auditor", agency: id });
  const theirs = await seedPerson("Cecilia", { role: "auditor", agency: other });
  await inTransaction(mine, async (tx) => {
    for (let at = 0; at < 2_100; at += 1)
      await appendAudit(tx, {
        kind: at % 2 === 0 ? "person.signed_in" : "person.signed_out",
        subject: at === 7 ? "=HYPERLINK(1)" : `s${at}`,
        agencyIds: [id],
        details: {},
      });
    return ok(undefined);
  });
  const lines = await taken(mine);
  expect(lines).toHaveLength(1 + 2_100);
  expect(lines[0]).toContain("seq,at,actor");
  expect(new Set(lines.map((line) => line.split(",")[0])).size).toBe(2_101);
  expect(lines.filter((line) => line.includes("HYPERLINK"))).toEqual([expect.stringContaining("'=HYPERLINK(1)")]);
  expect(await taken(mine, { kind: "person.signed_in" })).toHaveLength(1 + 1_050);
  expect(await taken(theirs)).toHaveLength(1);
  const rows = await listAuditRows(mine, { limit: 10, kind: "audit.exported" });
  expect(rows).toMatchObject({
    value: {
      items: [
        { actor: { name: "Bo" }, details: { filter: { kind: "person.signed_in" } } },
        { actor: { name: "Bo" }, details: { filter: {} } },
      ],
    },
  });
});
