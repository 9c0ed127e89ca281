import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#bin/run/processes.ts";
import { agencyOf } from "./agencies.ts";
import { DEMO_ACR, type RunningOidc, startOidc } from "./oidc.ts";
import { requester } from "./requests.ts";

const CLIENT = { id: "portal", secret: "a-secret-for-this-test-alone-0123456789" };
const REDIRECT = "http://127.0.0.1:9/api/auth/callback/x";

let oidc: RunningOidc;
beforeAll(async () => {
  oidc = await startOidc({ port: await freePort(), clients: [{ ...CLIENT, redirectUris: [REDIRECT] }] });
});
afterAll(() => {
  oidc.server.close();
  oidc.server.closeAllConnections();
});

const ask = requester();
const asText = (value: string | readonly string[] | undefined): string => (value === undefined ? "" : String(value));
const jar = (headers: { readonly "set-cookie"?: unknown }): string =>
  [headers["set-cookie"] ?? []]
    .flat()
    .map((line) => String(line).split(";")[0])
    .join("; ");

const authorise = (challenge: Record<string, string>) => {
  const query = new URLSearchParams({
    client_id: CLIENT.id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid profile",
    state: "s",
    nonce: "n",
    login_hint: "bo",
    ...challenge,
  });
  return ask(`${oidc.issuer}/auth?${query.toString()}`);
};

test("a client without PKCE is refused", async () => {
  const answer = await authorise({});
  expect(asText(answer.headers["location"])).toContain("error=invalid_request");
});

test("the page lists the demo's people, marks itself as a demo and focuses the one hinted at", async () => {
  const begun = await authorise({ code_challenge: "a".repeat(43), code_challenge_method: "S256" });
  const page = await ask(new URL(asText(begun.headers["location"]), oidc.issuer).href, {
    headers: { cookie: jar(begun.headers) },
  });
  expect(page.text).toContain("DEMO");
  expect(page.text).toContain("Cecilia Mårtensson");
  expect(page.text).toMatch(/value="bo" class="hint" autofocus/);
});

test("whoever is picked stands in the ID token with name, organisation and level", async () => {
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const begun = await authorise({ code_challenge: challenge, code_challenge_method: "S256" });
  const interaction = new URL(asText(begun.headers["location"]), oidc.issuer).href;
  const picked = await ask(interaction, { form: { person: "bo" }, headers: { cookie: jar(begun.headers) } });
  const resumed = await ask(asText(picked.headers["location"]), {
    headers: { cookie: `${jar(begun.headers)}; ${jar(picked.headers)}` },
  });
  const code = new URL(asText(resumed.headers["location"])).searchParams.get("code") ?? "";
  const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
  const tokens = await ask(`${oidc.issuer}/token`, {
    form: { grant_type: "authorization_code", code, redirect_uri: REDIRECT, code_verifier: verifier },
    headers: { authorization: `Basic ${basic}` },
  });
  const payload = /"id_token":"[^.]+\.([^.]+)\./.exec(tokens.text)?.[1] ?? "";
  expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
    iss: oidc.issuer,
    sub: "bo",
    name: "Bo Lind",
    acr: DEMO_ACR,
    nonce: "n",
    organisation_identifier: `orgnr:${agencyOf("fv").identifier}`,
  });
});
