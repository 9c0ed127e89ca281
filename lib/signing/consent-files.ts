import { z } from "zod";
import { parseCanonical } from "#lib/domain/canonical.ts";
import { instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { type Signer, verifySignedJson } from "#lib/platform/signed-json.ts";
import { MOST_CONSENT } from "./consent.ts";
import { consentDocument, signConsent } from "./make.ts";

const serverName = z.string().transform((text, context): ServerName => {
  const read = parseServerName(text);
  if (read.ok && read.value === text) return read.value;
  context.addIssue({ code: "custom", message: "no server name" });
  return z.NEVER;
});
const pair = z.tuple([serverName, serverName]);
const at = z.int().positive().transform(instant);
const agency = z.string().regex(/^[a-z]{2,20}:[\w .-]{1,80}$/, "no agency");
const keyId = z.string().regex(/^ed25519:\w{1,64}$/, "no key id");
const digest = z.string().regex(/^sha256:[\w-]{43}$/);
const key = z.string().regex(/^[A-Za-z0-9+/]{43}$/, "no public key");
const reason = z.string().regex(/^[a-z]{2,6}_[0-9a-f-]{36}$/);

const request = z.strictObject({
  type: z.literal("tillit.consent_request.v1"),
  federation: z.string().min(1).max(255),
  reason,
  digest,
  from: at,
  until: at,
  servers: z.array(pair).min(1).max(400),
  /** The canonical terms, whose digest is `digest`. */
  terms: z.string().max(100_000),
});
/** What an agency is asked to sign: the terms in full, and for which pairs of servers and how long. */
export type ConsentRequest = z.output<typeof request>;

const signed = z.strictObject({
  type: z.literal("tillit.signed_consent.v1"),
  agency,
  reason,
  digest,
  key_id: keyId,
  key,
  signatures: z
    .array(z.strictObject({ servers: pair, signature: z.string().max(200) }))
    .min(1)
    .max(400),
});
/** What an agency has signed: one signature for each pair of servers (law 10). */
export type SignedConsent = z.output<typeof signed>;

const keyFile = z.strictObject({ agency, key_id: keyId, key, private_key: z.string() });
/** An agency's own key, which is never in the portal. */
export type ConsentKey = z.output<typeof keyFile>;

const reader =
  <F extends z.ZodType>(form: F, what: string) =>
  (text: string): Result<z.output<F>, string> => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return err(`this is no ${what}`);
    }
    const read = form.safeParse(json);
    if (read.success) return ok(read.data);
    const [issue] = read.error.issues;
    return err(`this is no ${what}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
  };
export const readSignedConsent = reader(signed, "signed consent");
export const readConsentKey = reader(keyFile, "key file of tillit consent keys");

const termsForm = z.looseObject({
  servers: z.object({ home: z.array(serverName), partner: z.array(serverName) }),
  end: z.int().optional(),
});

const spelled = ([a, b]: readonly [ServerName, ServerName]): string => [a, b].toSorted().join(" ");

/** Every pair of servers that terms open. */
export const pairsOf = (servers: {
  readonly home: readonly ServerName[];
  readonly partner: readonly ServerName[];
}): readonly [ServerName, ServerName][] =>
  servers.home.flatMap((home) => servers.partner.map((partner): [ServerName, ServerName] => [home, partner]));

/**
 * Reads what is asked to be signed, and holds it to its own terms: nobody signs for servers, or for a time, that the terms
 * which were read do not say.
 */
export const readConsentRequest = (text: string): Result<ConsentRequest, string> => {
  const read = reader(request, "request for a consent")(text);
  if (!read.ok) return read;
  const { terms, digest: said, servers, from, until } = read.value;
  const parsed = parseCanonical(terms);
  const form = termsForm.safeParse(parsed.ok ? parsed.value : undefined);
  if (!form.success || digestOfBytes(terms) !== said) return err("the terms in it are not those of its digest");
  const meant = pairsOf(form.data.servers).map(spelled).toSorted().join();
  if (meant !== servers.map(spelled).toSorted().join()) return err("it names other servers than its terms");
  if (form.data.end !== until) return err("it ends at another time than its terms");
  if (until <= from || until - from > MOST_CONSENT) return err("it covers more than 400 days, or no time at all");
  return read;
};

const contentOf = ({ federation, reason: id, digest: of, from, until }: ConsentRequest, servers: ConsentPair) => ({
  federation,
  reason: id,
  digest: of,
  servers,
  from,
  until,
});
type ConsentPair = readonly [ServerName, ServerName];

/** Signs a request whole, one signature for each pair of servers. */
export const signRequest = (asked: ConsentRequest, own: ConsentKey): SignedConsent => {
  const signer: Signer = { keyId: own.key_id, privateKey: own.private_key };
  return {
    type: "tillit.signed_consent.v1",
    agency: own.agency,
    reason: asked.reason,
    digest: asked.digest,
    key_id: own.key_id,
    key: own.key,
    signatures: asked.servers.map((servers) => ({
      servers,
      signature: signConsent(contentOf(asked, servers), own.agency, signer),
    })),
  };
};

/**
 * Whether a signed consent is one to just this request, by this agency, for every pair. By which key is the enforcement
 * points' to judge: their operators pinned it.
 */
export const answersRequest = (asked: ConsentRequest, given: SignedConsent, by: string): boolean => {
  if (given.agency !== by || given.reason !== asked.reason || given.digest !== asked.digest) return false;
  const byPair = new Map(given.signatures.map(({ servers, signature }) => [spelled(servers), signature]));
  return asked.servers.every((servers) => {
    const signature = byPair.get(spelled(servers));
    if (signature === undefined) return false;
    const signatures = { [given.agency]: { [given.key_id]: signature } };
    const document = { ...consentDocument(contentOf(asked, servers)), signatures };
    return verifySignedJson(document, given.agency, given.key_id, given.key).ok;
  });
};
