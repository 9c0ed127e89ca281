import { describe, expect, test } from "vitest";
import { refusal } from "#lib/domain/errors.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { problemOf } from "./problem.ts";
import { PARAMS, STATUS } from "./status.ts";

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").toSorted();
const params: Readonly<Record<string, readonly string[]>> = PARAMS;

describe("refusals", () => {
  test.each(Object.keys(STATUS))("%s has a sentence in both languages that names exactly its parameters", (code) => {
    for (const errors of [sv.errors, en.errors]) {
      const sentence = Object.entries(errors).find(([key]) => key === code)?.[1];
      expect(sentence, code).toBeTypeOf("string");
      expect(placeholders(sentence ?? "")).toEqual((params[code] ?? []).toSorted());
    }
  });

  test("become problem details with a stable type, in the caller's language", () => {
    const problem = problemOf(refusal("stale_version", { params: { current: 7 } }), "en", "0".repeat(32));
    expect(problem).toMatchObject({
      type: "/problems/stale_version",
      status: 412,
      code: "stale_version",
      params: { current: 7 },
    });
    expect(problem.detail).toContain("7");
  });
});
