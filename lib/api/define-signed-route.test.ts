import { describe, expect, it } from "vitest";
import { z } from "zod";
import { instant } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import { setLogLevel } from "#lib/platform/log.ts";
import { defineSignedRoute } from "./define-signed-route.ts";

const route = defineSignedRoute({
  summary: "echo",
  output: z.strictObject({ said: z.string() }),
  maxBytes: 32,
  run: async (text) => {
    if (text === "nothing") return ok(undefined);
    if (text === "late") return err({ code: "TILLIT_TIME" as const, detail: "61000 ms old", clock: instant(7) });
    if (text === "broken") throw new Error("secret inside");
    if (text === "away") throw Object.assign(new Error("no"), { code: "ECONNREFUSED" });
    return ok({ said: text });
  },
});
const send = async (body: BodyInit, headers: Record<string, string> = { "content-type": "application/json" }) => {
  const request = new Request("http://portal.test/api/v1/x", { method: "POST", body, headers });
  const answer = await route(request, { params: Promise.resolve({}) });
  return { status: answer.status, text: await answer.text() };
};
const json = async (...args: Parameters<typeof send>) => {
  const { status, text } = await send(...args);
  return { status, ...JSON.parse(text) };
};

describe("a route for programs that sign what they send", () => {
  it("hands on the exact text, needs no origin, and answers 204 for nothing", async () => {
    expect(await json('{"a" :1}')).toEqual({ status: 200, said: '{"a" :1}' });
    expect(await send("nothing")).toEqual({ status: 204, text: "" });
  });

  it("refuses in the specification's words, with the portal's clock where theirs is off", async () => {
    expect(await json("late")).toEqual({ status: 403, errcode: "TILLIT_TIME", error: "61000 ms old", clock: 7 });
  });

  it("refuses what is too large, no UTF-8, or no JSON by its type", async () => {
    expect(await json("x".repeat(33))).toMatchObject({ status: 413, errcode: "TILLIT_SIZE" });
    expect(await json(new Uint8Array([0xff]))).toMatchObject({ status: 400, errcode: "TILLIT_MALFORMED" });
    expect(await json("x", { "content-type": "text/plain" })).toMatchObject({ status: 400 });
  });

  it("says nothing of its inside when it fails, and that it is away when the database is", async () => {
    setLogLevel("silent");
    const broken = await send("broken");
    expect(broken.status).toBe(500);
    expect(broken.text).not.toContain("secret inside");
    expect(await json("away")).toMatchObject({ status: 503, errcode: "TILLIT_UNAVAILABLE" });
  });
});
