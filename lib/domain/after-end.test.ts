import { expect, it } from "vitest";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { AFTER_WORDS, type Ended, wordsAfter, wordsBefore } from "./after-end.ts";

const open: Ended = { stage: "agreed", agreedAt: 1, phase: "within", isSuspended: false, isHeld: false };

it("says after the end that what was shared stays with the other side, and that rooms remain", () => {
  expect(wordsAfter({ ...open, stage: "closed" })).toEqual(["stays", "rooms"]);
  expect(wordsAfter({ ...open, phase: "after" })).toEqual(["stays", "rooms"]);
});

it("says of a door that can open again that what was written meanwhile will arrive, and says so on resuming", () => {
  expect(wordsAfter({ ...open, isSuspended: true })).toEqual(["stays", "resumes"]);
  expect(wordsAfter({ ...open, isHeld: true })).toEqual(["stays", "resumes"]);
  expect(wordsBefore("resume")).toEqual(["resumes"]);
  expect(wordsBefore("reconsent")).toEqual(["resumes"]);
  expect(sv.afterEnd.resumes).toContain("kommer det som skrevs under tiden");
  expect(en.afterEnd.resumes).toContain("what was written meanwhile will arrive");
  expect(en.afterEnd.stays).toContain("stays with the other side");
});

it("says nothing of an open door, nor of one that never was", () => {
  expect(wordsAfter(open)).toEqual([]);
  expect(wordsAfter({ ...open, stage: "closed", agreedAt: null })).toEqual([]);
  expect(wordsBefore("decline")).toEqual([]);
  expect(Object.keys(en.afterEnd).toSorted()).toEqual([...AFTER_WORDS, "title"].toSorted());
});
