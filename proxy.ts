import { type NextRequest, NextResponse } from "next/server";

// Not a setting: the compiler writes the word in.
// eslint-disable-next-line no-restricted-properties
const DEVELOPMENT = process.env.NODE_ENV === "development";

/**
 * The content security policy of one answer. Only scripts that carry the nonce run, and those that they load; styles
 * come from our own files or carry the nonce too. Nothing inline, and nothing from another origin.
 * While developing, the tools of the framework need `eval` and styles of their own.
 */
export const policyFor = (nonce: string, development: boolean): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** Gives each page its nonce. It authorises nothing: that is done where the data is. */
export const proxy = (request: NextRequest): NextResponse => {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64");
  const policy = policyFor(nonce, DEVELOPMENT);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
};

/** Not for the interface: its answers are data, and a proxy in front of it would cut large bodies. */
export const config = { matcher: ["/((?!api/|api$|problems/|_next/static|healthz|readyz|favicon|icon).*)"] };
