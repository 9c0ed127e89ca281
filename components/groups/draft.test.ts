import { expect, test } from "vitest";
import { EMPTY_DRAFT, groupOf, missingIn } from "./draft.ts";

const [A, B] = ["agy_a", "agy_b"];

test("a draft says what is missing: two others for a coordinator, one for a member, and an end for a task force", () => {
  expect(missingIn(EMPTY_DRAFT)).toEqual(["name", "purpose", "members"]);
  const said = { ...EMPTY_DRAFT, name: "n", purpose: "p", members: [A] };
  expect(missingIn(said)).toEqual(["members"]);
  expect(missingIn({ ...said, as: A })).toEqual(["members"]);
  expect(missingIn({ ...said, as: B })).toEqual([]);
  expect(missingIn({ ...said, as: B, kind: "task_force" })).toEqual(["end"]);
});

test("a draft is sent with what was answered and nothing else", () => {
  const said = { ...EMPTY_DRAFT, name: "n", purpose: "p", members: [A, B] };
  expect(groupOf(said)).toEqual({
    kind: "circle",
    name: "n",
    purpose: "p",
    members: [A, B],
    joining: "silence",
    objectionMs: 14 * 86_400_000,
  });
  expect(groupOf({ ...said, as: A, joining: "all", ceiling: "2", end: "2027-05-31", legalBasis: "OSL" })).toEqual({
    as: A,
    kind: "circle",
    name: "n",
    purpose: "p",
    legalBasis: "OSL",
    members: [A, B],
    joining: "all",
    end: Date.UTC(2027, 4, 31, 22),
    content: { ceiling: "2" },
  });
});
