import { describe, expect, test } from "vitest";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { problemPage } from "./page.ts";
import { problemType, sentence } from "./problem.ts";
import { STATUS } from "./status.ts";

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const codes = Object.keys(STATUS).filter((code): code is keyof typeof STATUS => Object.hasOwn(STATUS, code));

describe("the page of a problem type", () => {
  test.each(codes)(
    "%s stands at the type's own address and says in both languages what happened and what to do",
    async (code) => {
      const [, folder, named = ""] = problemType(code).split("/");
      expect(folder).toBe("problems");
      const response = problemPage(named);
      const html = await response.text();
      expect(response.status).toBe(200);
      for (const [lang, texts] of [
        ["sv", sv],
        ["en", en],
      ] as const) {
        const section = html.slice(html.indexOf(`<section lang="${lang}">`)).split("</section>")[0] ?? "";
        const advice: Readonly<Record<string, string>> = texts.problems.advice;
        expect(section).toContain(escaped(sentence(lang, code).replaceAll("–", "…")));
        expect(section).toContain(escaped(advice[String(STATUS[code])] ?? "no advice"));
      }
    },
  );

  test.each(["nothing", "<script>", "constructor", ""])(
    "for %j says that there is no such code, and repeats nothing",
    async (code) => {
      const response = problemPage(code);
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("<script>");
    },
  );
});
