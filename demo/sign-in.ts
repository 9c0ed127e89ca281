import { z } from "zod";
import { type Answer, type Ask, requester } from "./requests.ts";

/** A browser without a screen: cookies by host and port, redirects followed by hand. */
type Browser = {
  readonly open: (url: string, ask?: Ask) => Promise<Answer & { readonly url: string }>;
  readonly cookies: (origin: string) => string;
};

const MOST_REDIRECTS = 10;

const setCookies = ({ headers }: Answer): readonly string[] => {
  const value = headers["set-cookie"];
  return value === undefined ? [] : [value].flat();
};

const newBrowser = (): Browser => {
  const ask = requester();
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (url: string): Map<string, string> => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };
  const cookies = (url: string): string => Array.from(jarOf(url), ([name, value]) => `${name}=${value}`).join("; ");
  const keep = (url: string, answer: Answer): void => {
    for (const line of setCookies(answer)) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === "" || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) jarOf(url).delete(name);
      else jarOf(url).set(name, value);
    }
  };
  const open: Browser["open"] = async (url, first = {}) => {
    let [target, next] = [url, first];
    for (let hop = 0; hop < MOST_REDIRECTS; hop += 1) {
      const answer = await ask(target, { ...next, headers: { ...next.headers, cookie: cookies(target) } });
      keep(target, answer);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || typeof location !== "string") return { ...answer, url: target };
      target = new URL(location, target).href;
      next = {};
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects from ${url}`);
  };
  return { open, cookies };
};

const Csrf = z.object({ csrfToken: z.string() });

/**
 * Signs a person of the demo in to the portal through the provider, as a browser does: PKCE, state, nonce and all.
 *
 * @returns the Cookie header of the session (`tillit.session=…`)
 * @throws with what was answered where the way ends early
 */
export const signIn = async (baseUrl: string, providerId: string, subject: string): Promise<string> => {
  const browser = newBrowser();
  const csrf = await browser.open(`${baseUrl}/api/auth/csrf`);
  const { csrfToken } = Csrf.parse(csrf.json);
  const page = await browser.open(`${baseUrl}/api/auth/signin/${providerId}`, {
    form: { csrfToken, callbackUrl: `${baseUrl}/` },
    headers: { origin: baseUrl },
  });
  if (!new URL(page.url).pathname.startsWith("/interaction/"))
    throw new Error(`sign-in of ${subject} ended at ${page.url} (${page.status})`);
  const done = await browser.open(page.url, { form: { person: subject } });
  const session = browser
    .cookies(baseUrl)
    .split("; ")
    .find((pair) => pair.includes("tillit.session="));
  if (session === undefined) throw new Error(`sign-in of ${subject} ended at ${done.url} (${done.status})`);
  return session;
};
