import { Resolver } from "node:dns/promises";
import type { ProofSeen } from "#lib/domain/name-proof.ts";
import { isAddress, type ServerName, splitServerName } from "#lib/domain/server-name.ts";
import type { Http, PeerCertificate } from "#lib/platform/http.ts";
import type { Override } from "./target.ts";

/** Looks up the texts of a name; rejects with the resolver's own code. */
export type ResolveTxt = (name: string) => Promise<readonly (readonly string[])[]>;

export type ProofLook = {
  readonly http: Http;
  readonly override?: Override;
  readonly resolveTxt?: ResolveTxt;
  readonly signal?: AbortSignal;
};

const MOST_BYTES = 4 * 1024;
const TIMEOUT_MS = 5_000;
const DNS_TIMEOUT_MS = 2_000;
const NOTHING_THERE = new Set(["ENOTFOUND", "ENODATA"]);

const systemTxt: ResolveTxt = (name) => new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 }).resolveTxt(name);

type Found = "yes" | "no" | { readonly away: string };

/** What a look saw: of the token, and of the certificate under the name, where one was shown. */
export type TokenLook = { readonly seen: ProofSeen; readonly certificate: PeerCertificate | undefined };

/** Only the name's own answer counts: a redirect to another host proves that one. */
const underWellKnown = async (
  name: ServerName,
  token: string,
  look: ProofLook,
): Promise<{ readonly found: Found; readonly certificate?: PeerCertificate | undefined }> => {
  const { override, signal } = look;
  const answer = await look.http(`https://${name}/.well-known/tillit/server`, {
    headers: { accept: "text/plain" },
    redirects: "same_host",
    wantCertificate: true,
    maxBytes: MOST_BYTES,
    timeoutMs: TIMEOUT_MS,
    ...(override === undefined ? {} : { resolveTo: { host: override.host, port: override.port }, ca: override.ca }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) {
    const { code } = answer.error;
    return { found: code === "redirect_elsewhere" || code === "too_large" ? "no" : { away: code } };
  }
  const { status, body, certificate } = answer.value;
  if (status >= 500) return { found: { away: `status_${status}` }, certificate };
  const lines = new TextDecoder().decode(body).split(/\r?\n/);
  return { found: status === 200 && lines.some((line) => line.trim() === token) ? "yes" : "no", certificate };
};

const inDns = async (name: ServerName, token: string, resolve: ResolveTxt): Promise<Found> => {
  const { host } = splitServerName(name);
  if (isAddress(host)) return "no";
  try {
    const records = await resolve(`_tillit.${host}`);
    return records.some((parts) => parts.join("").trim() === token) ? "yes" : "no";
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "dns";
    return NOTHING_THERE.has(code) ? "no" : { away: "dns" };
  }
};

const seenOf = (file: Found, record: Found): ProofSeen => {
  if (file === "yes") return { kind: "found", at: "well_known" };
  if (record === "yes") return { kind: "found", at: "dns" };
  if (typeof file === "object") return { kind: "away", code: file.away };
  return typeof record === "object" ? { kind: "away", code: record.away } : { kind: "absent", code: "not_there" };
};

/**
 * Looks for a server's token in both places: a line of `https://NAME/.well-known/tillit/server`, or a TXT record of
 * `_tillit.NAME`. Never throws.
 */
export const lookForToken = async (name: ServerName, token: string, look: ProofLook): Promise<TokenLook> => {
  const [file, record] = await Promise.all([
    underWellKnown(name, token, look),
    inDns(name, token, look.resolveTxt ?? systemTxt),
  ]);
  return { seen: seenOf(file.found, record), certificate: file.certificate };
};
