import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "#lib/data/client.ts";
import { decidingRefusal } from "#lib/domain/access.ts";
import { invitePerson, redeemInvitation } from "#lib/operations/invitations.ts";
import { readSession } from "#lib/operations/read-session.ts";
import { browserAt, sessionIn, signInBy } from "#lib/testing/sign-in/browser.ts";
import { actorBy, BASE_URL, begin, enter, openPortal, SECRET, signedIn, tokenIn } from "#lib/testing/sign-in/portal.ts";
import { handleAuth } from "./handler.ts";
import { providerIdOf } from "./provider-id.ts";

let portal: Awaited<ReturnType<typeof openPortal>>;
let start: Awaited<ReturnType<typeof begin>>;
beforeAll(async () => {
  portal = await openPortal();
  start = await begin();
});
afterAll(async () => {
  await portal.goAway();
  await portal.close();
});

const given = (more: object) => ({
  baseUrl: BASE_URL,
  nextAuthSecret: SECRET,
  defaultLocale: "sv" as const,
  oidcProviders: [],
  ...more,
});

describe("sign-in by a provider", () => {
  it("asks with PKCE, state and nonce, and yields a session whose secret the database does not hold", async () => {
    const { actor, secret } = await enter(portal.wide, { sub: "astrid", name: "Astrid Ek", acr: "loa3" });
    const asked = portal.wide.asked();
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("state")).toBeTruthy();
    expect(asked.get("nonce")).toBeTruthy();
    expect(asked.get("login_hint")).toBe("astrid");
    expect(actor.credential).toEqual({ kind: "oidc", issuer: portal.wide.issuer, acr: "loa3" });
    expect(actor.memberships).toEqual([]);
    const rows = JSON.stringify(await db("owner").$queryRaw`select token_hash, issuer from session`);
    expect(rows).toContain(portal.wide.issuer);
    expect(rows).not.toContain(secret);
  });

  it("shows a stranger no membership, and nothing else", async () => {
    const { actor } = await enter(portal.wide, { sub: "stranger", name: "Nobody" });
    const session = await readSession(actor);
    expect(session.ok && session.value.memberships).toEqual([]);
  });

  it("takes the same subject and e-mail at two issuers for two people, and the same issuer and subject for one", async () => {
    const first = await enter(portal.wide, { sub: "same" });
    const second = await enter(portal.narrow, { sub: "same" });
    const again = await enter(portal.wide, { sub: "same" });
    expect(second.actor.person).not.toBe(first.actor.person);
    expect(again.actor.person).toBe(first.actor.person);
  });

  it("makes one person of two first sign-ins at once", async () => {
    const both = await Promise.all([1, 2].map(() => enter(portal.wide, { sub: "twice" })));
    expect(new Set(both.map(({ actor }) => actor.person)).size).toBe(1);
  });

  it("never ties a second identity to a session that runs, and ends that session", async () => {
    const { browser } = await signedIn(portal.wide, { sub: "first" });
    const before = sessionIn(browser);
    const person = (await actorBy(before))?.person;
    portal.narrow.say({ sub: "second" });
    await signInBy(browser, BASE_URL, providerIdOf(portal.narrow.issuer));
    expect((await actorBy(sessionIn(browser)))?.person).not.toBe(person);
    expect(await actorBy(before)).toBeUndefined();
  });

  it("refuses a provider that names an organisation it may not vouch for", async () => {
    const { browser, landed } = await signedIn(portal.narrow, { sub: "eve", organisation: "202100-6297" });
    expect(landed).toBe(`${BASE_URL}/sign-in?error=provider_may_not_vouch`);
    expect(sessionIn(browser)).toBeUndefined();
    const rightly = await signedIn(portal.narrow, { sub: "eve", organisation: "202100-5521" });
    expect(rightly.landed).toBe(`${BASE_URL}/welcome`);
  });

  it("checks the level itself: a lower acr than the federation requires signs in and decides nothing", async () => {
    const rules = { requiredAcr: "loa3", oidcConfigured: true };
    const low = await enter(portal.wide, { sub: "bo", acr: "loa2" });
    const none = await enter(portal.wide, { sub: "bo" });
    const high = await enter(portal.wide, { sub: "bo", acr: "loa3" });
    expect(decidingRefusal(low.actor, rules)).toBe("acr_too_low");
    expect(decidingRefusal(none.actor, rules)).toBe("acr_too_low");
    expect(decidingRefusal(high.actor, rules)).toBeUndefined();
    expect(decidingRefusal(start.coordinator, rules)).toBe("link_session_cannot_decide");
  });

  it("asks the provider for the required level and says so in the session", async () => {
    await db("owner").$executeRaw`update federation set required_acr = 'loa3'`;
    const low = await enter(portal.wide, { sub: "cecilia", acr: "loa2" });
    expect(portal.wide.asked().get("acr_values")).toBe("loa3");
    const session = await readSession(low.actor);
    await db("owner").$executeRaw`update federation set required_acr = null`;
    expect(session.ok && session.value.cannotDecide).toBe("acr_too_low");
  });

  it("takes a role out of a session as soon as its provider may no longer vouch for it", async () => {
    const invited = await invitePerson(start.coordinator, {
      role: "coordinator",
      agency: null,
      operator: null,
      email: null,
    });
    const { actor } = await enter(portal.narrow, { sub: "greedy" });
    const redeemed = await redeemInvitation(actor, { token: tokenIn(invited.ok ? invited.value.url : null) });
    expect(redeemed.ok ? "" : redeemed.error.code).toBe("provider_may_not_vouch");
    const wide = await enter(portal.wide, { sub: "helen" });
    const held = await redeemInvitation(wide.actor, { token: tokenIn(invited.ok ? invited.value.url : null) });
    expect(held.ok).toBe(true);
    expect((await actorBy(wide.secret))?.memberships).toEqual([{ role: "coordinator" }]);
    const headers = new Headers({ cookie: `tillit.session=${wide.secret}` });
    const { actorFrom } = await import("./actor.ts");
    const only = { id: "w", label: "W", issuer: portal.wide.issuer, clientId: "c" };
    const narrowed = given({ oidcProviders: [{ ...only, allowedIdentifiers: ["orgnr:2021005521"] }] });
    expect((await actorFrom({ headers }, { settings: narrowed }))?.memberships).toEqual([]);
    expect(await actorFrom({ headers }, { settings: given({}) })).toBeUndefined();
  });
});

describe("the sign-in routes", () => {
  it("sign nobody in without a secret of 32 characters", async () => {
    const request = () => new Request(`${BASE_URL}/api/auth/csrf`);
    expect((await handleAuth(request(), given({ nextAuthSecret: undefined }))).status).toBe(503);
    expect((await handleAuth(request(), given({ nextAuthSecret: "short" }))).status).toBe(503);
    expect((await handleAuth(request(), given({}))).status).toBe(200);
  });

  it("start no sign-in without the form's own token", async () => {
    const browser = browserAt(BASE_URL, (request) => handleAuth(request));
    const answer = await browser.post(`${BASE_URL}/api/auth/signin/${providerIdOf(portal.wide.issuer)}`, {
      csrfToken: "made-up",
      json: "true",
    });
    expect(await answer.json()).toEqual({ url: `${BASE_URL}/sign-in?error=sign_in_failed` });
  });

  it("refuse a callback that no sign-in of this browser asked for", async () => {
    const { landed } = await signedIn(portal.wide, { sub: "mallory" });
    expect(landed).toBe(`${BASE_URL}/welcome`);
    const other = browserAt(BASE_URL, (request) => handleAuth(request));
    const callback = `${BASE_URL}/api/auth/callback/${providerIdOf(portal.wide.issuer)}?code=stolen&state=x`;
    expect((await other.follow(callback)).url).toBe(`${BASE_URL}/sign-in?error=sign_in_failed`);
    expect(sessionIn(other)).toBeUndefined();
  });

  it("do not offer next-auth's session and log routes", async () => {
    for (const path of ["session", "_log", "signin/x/y"]) {
      expect((await handleAuth(new Request(`${BASE_URL}/api/auth/${path}`))).status).toBe(404);
    }
  });

  it("never send a browser to another site", async () => {
    const browser = browserAt(BASE_URL, (request) => handleAuth(request));
    const answer = await browser.get(`${BASE_URL}/api/auth/csrf?callbackUrl=https%3A%2F%2Fevil.example%2F`);
    expect(answer.headers.getSetCookie().join()).not.toContain("evil.example");
  });

  it("bind the cookie to the host, out of scripts' reach, and to https where the portal is on it", async () => {
    const cookies = (await handleAuth(new Request(`${BASE_URL}/api/auth/csrf`))).headers.getSetCookie().join("\n");
    expect(cookies).toMatch(/^tillit\.csrf=[^\n]*HttpOnly; SameSite=Lax/im);
    expect(cookies).not.toMatch(/Domain=/i);
    const https = given({ baseUrl: "https://portal.example" });
    const secure = await handleAuth(new Request("https://portal.example/api/auth/csrf"), https);
    expect(secure.headers.getSetCookie().join("\n")).toMatch(/^__Host-tillit\.csrf=[^\n]*HttpOnly; Secure/im);
  });

  it("say that the provider is away when it does not answer", async () => {
    const away = { id: "a", label: "A", issuer: "http://127.0.0.1:1", clientId: "c", allowedIdentifiers: "*" as const };
    const browser = browserAt(BASE_URL, (request) => handleAuth(request, given({ oidcProviders: [away] })));
    expect(await signInBy(browser, BASE_URL, providerIdOf(away.issuer))).toBe(
      `${BASE_URL}/sign-in?error=provider_away`,
    );
  });
});
