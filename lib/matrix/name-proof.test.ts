import { describe, expect, test } from "vitest";
import { err, ok } from "#lib/domain/result.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import type { Http, HttpFailureCode, HttpRequest } from "#lib/platform/http.ts";
import { lookForToken, type ResolveTxt } from "./name-proof.ts";

const TOKEN = "tillit-0123456789abcdef";
type Reply = { readonly status: number; readonly body: string } | HttpFailureCode;
const nameOf = (text: string) => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};
const txt =
  (answer: readonly string[][] | string): ResolveTxt =>
  async () => {
    if (typeof answer === "string") throw Object.assign(new Error(answer), { code: answer });
    return answer;
  };
const NONE = txt("ENOTFOUND");

const look = async (reply: Reply, resolveTxt: ResolveTxt, name = "chat.a.example") => {
  const asked: { url: string; request: HttpRequest }[] = [];
  const http: Http = async (url, request = {}) => {
    asked.push({ url, request });
    if (typeof reply === "string") return err({ code: reply, detail: "" });
    return ok({ status: reply.status, headers: {}, body: new TextEncoder().encode(reply.body), url });
  };
  return { ...(await lookForToken(nameOf(name), TOKEN, { http, resolveTxt })), asked };
};

describe("a server's token", () => {
  test("is found as a line of the file under the name itself, which no redirect to another host stands for", async () => {
    const { seen, asked } = await look({ status: 200, body: `other\r\n ${TOKEN} \n` }, NONE);
    expect(seen).toEqual({ kind: "found", at: "well_known" });
    expect(asked).toMatchObject([
      { url: "https://chat.a.example/.well-known/tillit/server", request: { redirects: "same_host" } },
    ]);
    expect((await look("redirect_elsewhere", NONE)).seen).toEqual({ kind: "absent", code: "not_there" });
  });

  test("is found in DNS, also where the text is cut in pieces and the file is away", async () => {
    const cut = txt([["v=other"], [TOKEN.slice(0, 9), TOKEN.slice(9)]]);
    expect((await look("timeout", cut)).seen).toEqual({ kind: "found", at: "dns" });
  });

  test.each<[string, Reply]>([
    ["a longer text that begins with it", { status: 200, body: `${TOKEN}0` }],
    ["a page that quotes it", { status: 200, body: `<p>${TOKEN}</p>` }],
    ["another's token", { status: 200, body: "tillit-ffff" }],
    ["an answer that is not 200", { status: 404, body: TOKEN }],
    ["more than a token's worth of text", "too_large"],
  ])("is not found in %s", async (_what, reply) => {
    expect((await look(reply, NONE)).seen).toEqual({ kind: "absent", code: "not_there" });
  });

  test("is not said to be absent where a place did not answer", async () => {
    expect((await look("timeout", NONE)).seen).toEqual({ kind: "away", code: "timeout" });
    expect((await look({ status: 502, body: "" }, NONE)).seen).toEqual({ kind: "away", code: "status_502" });
    expect((await look({ status: 404, body: "" }, txt("ESERVFAIL"))).seen).toEqual({ kind: "away", code: "dns" });
  });

  test("of an address is never asked of DNS", async () => {
    const never: ResolveTxt = () => Promise.reject(new Error("asked"));
    expect((await look({ status: 404, body: "" }, never, "192.0.2.7")).seen).toEqual({
      kind: "absent",
      code: "not_there",
    });
  });
});
