import { expect, it } from "vitest";
import { auditCsv, CSV_HEAD, cell } from "./audit-csv.ts";

it.each(["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", " =1", "\uFF1D1"])(
  "writes %j as text, never as a formula",
  (text) => {
    expect(cell(text).replace(/^"/, "")[0]).toBe("'");
  },
);

it("keeps quotes, commas and line breaks inside one cell", () => {
  expect(cell('a "b", c\nd')).toBe('"a ""b"", c\nd"');
});

it("writes one line a row, with the head first", () => {
  const row = {
    seq: 7,
    at: 0,
    actor: { pseudonym: "p", name: null },
    rule: null,
    agencies: [],
    kind: "trust.accept",
    subject: "agr_1",
    outcome: "done" as const,
    code: null,
    traceId: "t",
    details: { reason: "=cmd" },
    hash: "h",
  };
  const lines = `${CSV_HEAD}${auditCsv([row])}`.split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe('7,1970-01-01T00:00:00.000Z,,p,,trust.accept,agr_1,done,,t,"{""reason"":""=cmd""}",h');
});
