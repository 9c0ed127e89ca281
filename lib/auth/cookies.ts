/** Cookies are bound to this host: no Domain, path `/`; with https also Secure and the prefix that makes browsers insist. */
export type CookieOptions = {
  readonly httpOnly: true;
  readonly sameSite: "lax";
  readonly path: "/";
  readonly secure: boolean;
};

const isHttps = (baseUrl: string): boolean => new URL(baseUrl).protocol === "https:";

export const cookieOptions = (baseUrl: string): CookieOptions => ({
  httpOnly: true,
  sameSite: "lax",
  path: "/",
  secure: isHttps(baseUrl),
});

/** A cookie's name under this base URL: `tillit.session`, or `__Host-tillit.session` where the portal is on https. */
export const cookieName = (baseUrl: string, name: string): string =>
  `${isHttps(baseUrl) ? "__Host-" : ""}tillit.${name}`;

export const sessionCookieName = (baseUrl: string): string => cookieName(baseUrl, "session");

const attributes = (baseUrl: string): string =>
  `Path=/; HttpOnly; SameSite=Lax${cookieOptions(baseUrl).secure ? "; Secure" : ""}`;

/** The Set-Cookie value that begins a session in a browser; `expiresAt` in milliseconds since the epoch. */
export const sessionCookie = (baseUrl: string, secret: string, expiresAt: number): string =>
  `${sessionCookieName(baseUrl)}=${secret}; Expires=${new Date(expiresAt).toUTCString()}; ${attributes(baseUrl)}`;

/** The Set-Cookie value that takes the session's cookie away. */
export const clearedSessionCookie = (baseUrl: string): string =>
  `${sessionCookieName(baseUrl)}=; Max-Age=0; ${attributes(baseUrl)}`;

/** All cookies of a request (RFC 6265 §4.2). The first of a name counts. */
export const cookiesOf = (header: string | null): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at < 1 || found.has(name)) continue;
    found.set(name, decoded(pair.slice(at + 1).trim()));
  }
  return found;
};

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};
