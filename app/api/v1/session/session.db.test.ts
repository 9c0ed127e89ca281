import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as getSetUp, POST as postSetUp } from "#app/api/v1/setup/route.ts";
import { POST as redeem } from "#app/api/v1/sign-in-links/redemption/route.ts";
import { GET as getTokens, POST as postToken } from "#app/api/v1/tokens/route.ts";
import { defineRoute } from "#lib/api/define-route.ts";
import { Done, NoBody } from "#lib/contracts/common.ts";
import { ok } from "#lib/domain/result.ts";
import { printLink, setUpLink } from "#lib/operations/sign-in-links.ts";
import { BASE_URL, openPortal, setUpWish, tokenIn } from "#lib/testing/sign-in/portal.ts";
import { DELETE as deleteSession, GET as getSession } from "./route.ts";

let portal: Awaited<ReturnType<typeof openPortal>>;
let cookie = "";
const context = { params: Promise.resolve({}) };
type Sent = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };
const request = (method: string, path: string, { body, headers }: Sent = {}): Request =>
  new Request(`${BASE_URL}/api/v1/${path}`, {
    method,
    headers: { "content-type": "application/json", origin: BASE_URL, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const codeOf = async (response: Response): Promise<string> => {
  const problem: { code?: string } = await response.json();
  return `${response.status} ${problem.code}`;
};
const cookieOf = (response: Response): string => (response.headers.getSetCookie().at(-1) ?? "").split(";")[0] ?? "";
const wishWith = (token: string) => ({
  ...setUpWish(token),
  agency: { name: { sv: "A", en: "B" }, identifier: { scheme: "orgnr", value: "202100-5521" }, memberClass: "region" },
});

beforeAll(async () => {
  portal = await openPortal();
});
afterAll(async () => {
  await portal.goAway();
  await portal.close();
});

describe("set-up over the wire", () => {
  it("says that it is due, signs its coordinator in by cookie, and works once", async () => {
    const before: { needed: boolean; providers: unknown[] } = await (
      await getSetUp(request("GET", "setup"), context)
    ).json();
    expect([before.needed, before.providers.length]).toEqual([true, 2]);
    const body = wishWith(tokenIn((await setUpLink()) ?? null));
    const done = await postSetUp(request("POST", "setup", { body }), context);
    expect(done.status).toBe(200);
    expect(done.headers.getSetCookie().at(-1)).toMatch(/^tillit\.session=[\w-]{43}; Expires=.*HttpOnly; SameSite=Lax$/);
    cookie = cookieOf(done);
    expect(await codeOf(await postSetUp(request("POST", "setup", { body }), context))).toBe("410 link_invalid");
    const session: { method: string; memberships: unknown[] } = await (
      await getSession(request("GET", "session", { headers: { cookie } }), context)
    ).json();
    expect([session.method, session.memberships.length]).toEqual(["link", 2]);
  });
  it("answers nobody's session with 401", async () => {
    expect(await codeOf(await getSession(request("GET", "session"), context))).toBe("401 not_signed_in");
  });
});

describe("a link over the wire", () => {
  it("is redeemed only from the portal's own page", async () => {
    const made = await printLink({ email: "frida@fv.example" });
    const body = { token: tokenIn(made.ok ? made.value.url : null) };
    const foreign = request("POST", "sign-in-links/redemption", { body, headers: { origin: "https://evil.example" } });
    expect(await codeOf(await redeem(foreign, context))).toBe("403 wrong_origin");
    const own = await redeem(request("POST", "sign-in-links/redemption", { body }), context);
    expect([own.status, cookieOf(own)]).toEqual([200, expect.stringMatching(/^tillit\.session=[\w-]{43}$/)]);
    expect(await own.text()).not.toContain(cookieOf(own).split("=")[1]);
  });
});

describe("a token over the wire", () => {
  it("is shown once, not in a replay; a scope it lacks is refused, and people are out of its reach", async () => {
    const body = { name: "ci", scopes: ["directory:read"] };
    const send = () =>
      postToken(request("POST", "tokens", { body, headers: { cookie, "idempotency-key": "one" } }), context);
    const made: { token: string } = await (await send()).json();
    const again: { token: string | null } = await (await send()).json();
    expect([made.token, again.token]).toEqual([expect.stringMatching(/^tlt_[\w-]{43}$/), null]);
    const headers = { authorization: `Bearer ${made.token}` };
    const route = (scope: "directory:read" | "audit:read") =>
      defineRoute({ summary: "x", scope, output: Done, body: NoBody, run: async () => ok({ ok: true as const }) });
    const ask = (scope: "directory:read" | "audit:read") =>
      route(scope)(request("POST", "x", { body: {}, headers }), context);
    expect((await ask("directory:read")).status).toBe(200);
    expect(await codeOf(await ask("audit:read"))).toBe("403 scope_missing");
    expect(await codeOf(await getTokens(request("GET", "tokens", { headers }), context))).toBe(
      "403 tokens_never_decide",
    );
  });
});

describe("signing out over the wire", () => {
  it("ends the session, so that a copy of the cookie is worth nothing", async () => {
    const out = await deleteSession(request("DELETE", "session", { body: {}, headers: { cookie } }), context);
    expect(out.headers.getSetCookie().at(-1)).toContain("Max-Age=0");
    expect(await codeOf(await getSession(request("GET", "session", { headers: { cookie } }), context))).toBe(
      "401 not_signed_in",
    );
  });
});
