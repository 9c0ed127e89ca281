import { expect, it } from "vitest";
import type { Clause } from "#lib/domain/rules.ts";
import { clausesOf, draftOf } from "./draft.ts";

const ALL: readonly Clause[] = [
  { kind: "member_class", of: ["state_agency", "region"] },
  { kind: "country", within: "eu" },
  { kind: "ceiling", most: 2 },
  { kind: "no_personal_data" },
  { kind: "residency", least: "sweden" },
  { kind: "ends_within", days: 90 },
  { kind: "offline", hours: 0 },
  { kind: "legal_basis" },
  { kind: "laws", of: ["2009:400", "2016/679"] },
  { kind: "secrecy" },
  { kind: "trial" },
];

it("a form shows rules that stand and gives back just those", () => {
  expect(clausesOf(draftOf(ALL))).toEqual({ clauses: ALL, faulty: [] });
  expect(clausesOf(draftOf([]))).toEqual({ clauses: [], faulty: [] });
});

it("a demand without a usable value is pointed out, and one that is not chosen is not", () => {
  const draft = { ...draftOf(ALL), days: "1.5", hours: "9999", classes: [], laws: [] };
  expect(clausesOf(draft).faulty).toEqual(["member_class", "ends_within", "offline", "laws"]);
  expect(clausesOf({ ...draft, kinds: ["trial"] })).toEqual({ clauses: [{ kind: "trial" }], faulty: [] });
});
