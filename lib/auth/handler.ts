import NextAuth from "next-auth";
import { requiredAcrOf } from "#lib/data/sign-in.ts";
import { LOCALE_COOKIE, localeIn, preferredLocale } from "#lib/domain/locale.ts";
import { type Settings, settings } from "#lib/platform/env.ts";
import { log } from "#lib/platform/log.ts";
import { traceIdOf } from "./actor.ts";
import { cookiesOf, sessionCookieName } from "./cookies.ts";
import { optionsOf } from "./options.ts";

/** What next-auth may be asked for; its session and log routes are not offered. */
const OFFERED: Readonly<Record<string, readonly string[]>> = {
  csrf: ["GET"],
  providers: ["GET"],
  signin: ["GET", "POST"],
  callback: ["GET"],
  signout: ["POST"],
  error: ["GET"],
};
/** What a page may add to the authorization request (OpenID Connect Core §3.1.2.1). */
const PASSED_ON = new Set(["login_hint", "ui_locales", "prompt"]);
const LARGEST_BODY = 16_384;
const LEAST_SECRET = 32;

/** What next-auth's own error names mean in the product's words. */
const CODES: Readonly<Record<string, string>> = {
  OAuthSignin: "provider_away",
  Configuration: "unavailable",
  configuration: "unavailable",
};
/** The refusals of our own that a sign-in can end in. */
const OURS: ReadonlySet<string> = new Set(["provider_may_not_vouch", "person_disabled", "unavailable"]);

type Given = Pick<Settings, "baseUrl" | "oidcProviders" | "nextAuthSecret" | "defaultLocale">;
type Answer = { status: number; readonly headers: Map<string, string | string[]>; body: string | null };

const codeOf = (error: string): string => CODES[error] ?? (OURS.has(error) ? error : "sign_in_failed");

/** Sends a failure to the sign-in page in the product's words, in one step instead of next-auth's chain of redirects. */
const mended = (location: string, baseUrl: string): string => {
  const to = new URL(location, baseUrl);
  const error = to.searchParams.get("error");
  const failed = to.pathname.startsWith("/api/auth/") || (to.pathname === "/sign-in" && error !== null);
  if (to.origin !== new URL(baseUrl).origin || !failed) return location;
  return error === null && !to.searchParams.has("csrf")
    ? `${baseUrl}/sign-in`
    : `${baseUrl}/sign-in?error=${codeOf(error ?? "csrf")}`;
};

/** As much of Node's response as next-auth uses. */
const responseInto = (answer: Answer, baseUrl: string) => {
  const res = {
    status: (status: number) => {
      answer.status = status;
      return res;
    },
    getHeader: (name: string) => answer.headers.get(name.toLowerCase()),
    setHeader: (name: string, value: string | string[]) => {
      const kept = name === "Location" && typeof value === "string" ? mended(value, baseUrl) : value;
      answer.headers.set(name.toLowerCase(), kept);
      return res;
    },
    json: (body: { readonly url?: string }) => {
      answer.headers.set("content-type", "application/json");
      answer.body = JSON.stringify(body.url === undefined ? body : { url: mended(body.url, baseUrl) });
    },
    send: (body: unknown) => {
      if (typeof body === "string") answer.body = body;
      else if (body !== undefined) res.json(body ?? {});
    },
    end: () => undefined,
  };
  return res;
};

const toResponse = ({ status, headers, body }: Answer): Response => {
  const sent = new Headers({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const [name, value] of headers) for (const each of [value].flat()) sent.append(name, each);
  return new Response(body, { status, headers: sent });
};

const readBody = async (request: Request): Promise<Record<string, string> | undefined> => {
  if (request.method !== "POST") return {};
  const text = await request.text();
  if (text.length > LARGEST_BODY) return undefined;
  const fields = new URLSearchParams(text);
  if (!(request.headers.get("content-type") ?? "").includes("application/json")) return Object.fromEntries(fields);
  try {
    const json: unknown = JSON.parse(text);
    const entries = typeof json === "object" && json !== null ? Object.entries(json) : [];
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  } catch {
    return undefined;
  }
};

const plain = (status: number): Response => new Response(null, { status, headers: { "cache-control": "no-store" } });

const queryOf = (url: URL, action: string): Record<string, string> =>
  Object.fromEntries(
    [...url.searchParams].filter(([name]) => action !== "signin" || PASSED_ON.has(name) || name === "callbackUrl"),
  );

/** A bundler hands over the function, Node the CommonJS module that holds it. */
const callable = (given: typeof NextAuth | { readonly default: typeof NextAuth }): typeof NextAuth =>
  typeof given === "function" ? given : given.default;

type NodeHandler = (req: object, res: ReturnType<typeof responseInto>) => Promise<void>;

/**
 * Everything under `/api/auth`: sign-in with an OIDC provider, its callback, sign-out. A faulty configuration signs nobody
 * in: without a secret of 32 characters the answer is 503.
 */
export const handleAuth = async (request: Request, given: Given = settings()): Promise<Response> => {
  const { baseUrl, nextAuthSecret: secret, oidcProviders: providers, defaultLocale } = given;
  const url = new URL(request.url);
  const [action = "", providerId, ...more] = url.pathname.split("/").slice(3);
  if (!OFFERED[action]?.includes(request.method) || more.length > 0) return plain(404);
  if (secret === undefined || secret.length < LEAST_SECRET) {
    log.error("NEXTAUTH_SECRET is missing or short: nobody is signed in");
    return plain(503);
  }
  const body = await readBody(request);
  if (body === undefined) return plain(413);
  const cookies = cookiesOf(request.headers.get("cookie"));
  const former = cookies.get(sessionCookieName(baseUrl));
  const traceId = traceIdOf(request);
  const requiredAcr = action === "signin" ? await requiredAcrOf(traceId) : undefined;
  // Kept with a person who is new; whoever was here before has chosen already.
  const locale =
    localeIn(cookies.get(LOCALE_COOKIE)) ?? preferredLocale(request.headers.get("accept-language")) ?? defaultLocale;
  const options = optionsOf({ baseUrl, secret, providers, requiredAcr, former, traceId, locale });
  // next-auth takes its own address from here alone, never from a Host header.
  process.env["NEXTAUTH_URL"] = `${baseUrl}/api/auth`;
  const answer: Answer = { status: 200, headers: new Map(), body: null };
  const handler: NodeHandler = callable(NextAuth)(options);
  await handler(
    {
      method: request.method,
      headers: { host: new URL(baseUrl).host },
      cookies: Object.fromEntries(cookies),
      query: { ...queryOf(url, action), nextauth: providerId === undefined ? [action] : [action, providerId] },
      body,
    },
    responseInto(answer, baseUrl),
  );
  return toResponse(answer);
};
