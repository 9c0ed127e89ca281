import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { organisationOf } from "./agencies.ts";
import { signInPage } from "./oidc-page.ts";
import { type Account, type Context, interactionPolicy, OidcProvider, type Provider } from "./oidc-provider.ts";
import { type DemoPerson, PEOPLE } from "./people.ts";

export type OidcClient = { readonly id: string; readonly secret: string; readonly redirectUris: readonly string[] };

export type OidcOptions = {
  readonly port: number;
  readonly clients: readonly OidcClient[];
  readonly people?: readonly DemoPerson[];
  /** What the provider says about how sure it is of the person. */
  readonly acr?: string;
};

export type RunningOidc = { readonly issuer: string; readonly server: Server };

/** The second-highest of the Swedish levels of assurance (Sweden Connect, "Level of Assurance"). */
export const DEMO_ACR = "http://id.elegnamnden.se/loa/1.0/loa3";

const claimsOf = ({ subject, name, agency }: DemoPerson, acr: string): object => ({
  sub: subject,
  name,
  acr,
  ...(agency === undefined ? {} : { organisation_identifier: organisationOf(agency) }),
});

/** The provider never remembers who was here: each sign-in asks, so that one browser can be several people. */
const askingPolicy = () => {
  const policy = interactionPolicy.base();
  const { Check } = interactionPolicy;
  policy
    .get("login")
    .checks.add(
      new Check("who_is_it", "the demo always asks who signs in", ({ oidc }: Context) =>
        oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
      ),
    );
  return policy;
};

const grantWithoutAsking = async ({ oidc }: Context) => {
  const accountId = oidc.account?.accountId ?? oidc.session?.accountId;
  if (oidc.client === undefined || accountId === undefined) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope("openid profile");
  await grant.save();
  return grant;
};

const configuration = ({ clients, people = PEOPLE, acr = DEMO_ACR }: OidcOptions) => ({
  clients: clients.map(({ id, secret, redirectUris }) => ({
    client_id: id,
    client_secret: secret,
    redirect_uris: redirectUris,
    response_types: ["code"],
    grant_types: ["authorization_code"],
  })),
  findAccount: (_context: Context, subject: string): Account | undefined => {
    const person = people.find((each) => each.subject === subject);
    return person === undefined ? undefined : { accountId: subject, claims: () => claimsOf(person, acr) };
  },
  claims: { openid: ["sub", "organisation_identifier", "acr"], profile: ["name"] },
  // Everything the portal reads is in the ID token.
  conformIdTokenClaims: false,
  acrValues: [acr],
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: { devInteractions: { enabled: false } },
  interactions: {
    policy: askingPolicy(),
    url: (_context: Context, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
  },
  loadExistingGrant: grantWithoutAsking,
  pkce: { required: () => true },
  ttl: { Interaction: 900, Session: 60, Grant: 900, AuthorizationCode: 60, AccessToken: 300, IdToken: 300 },
});

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk) && chunks.length < 16) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
};

type Serving = { readonly provider: Provider; readonly people: readonly DemoPerson[]; readonly acr: string };

const sendPage = (response: ServerResponse, page: { html: string; style: string }): void => {
  const style = createHash("sha256").update(page.style).digest("base64");
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    // No form-action: browsers apply it to the redirects that follow, too, and those lead back to the portal.
    "content-security-policy": `default-src 'none'; style-src 'sha256-${style}'; frame-ancestors 'none'; base-uri 'none'`,
    "cache-control": "no-store",
  });
  response.end(page.html);
};

const interact = async (
  { provider, people, acr }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { uid, params } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    const hint = params["login_hint"];
    return sendPage(response, signInPage({ uid, people, hint: typeof hint === "string" ? hint : undefined }));
  }
  const subject = (await bodyOf(request)).get("person") ?? "";
  if (!people.some((person) => person.subject === subject)) {
    response.writeHead(400, { "content-type": "text/plain" }).end("unknown person");
    return;
  }
  const login = { accountId: subject, acr, remember: false };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
};

const handle = async (serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (!(request.url ?? "").startsWith("/interaction/")) return serving.provider.callback()(request, response);
  try {
    await interact(serving, request, response);
  } catch {
    response.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
    response.end("Inloggningen har gått ut, börja om. / The sign-in has expired, start again.");
  }
};

/**
 * A real OpenID Connect provider for the demo and the tests: no password, a page that lists the demo's people. PKCE is
 * required. The issuer is `http://127.0.0.1:port`.
 */
export const startOidc = async (options: OidcOptions): Promise<RunningOidc> => {
  const { people = PEOPLE, acr = DEMO_ACR } = options;
  const issuer = `http://127.0.0.1:${options.port}`;
  const provider = new OidcProvider(issuer, configuration(options));
  const server = createServer((request, response) => void handle({ provider, people, acr }, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return { issuer, server };
};
