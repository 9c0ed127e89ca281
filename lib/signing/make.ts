import type { AllowList } from "#lib/domain/allow-list.ts";
import { byCodePoint, canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Signer, signJson } from "#lib/platform/signed-json.ts";

export type ListKey = { readonly key: string; readonly from: Instant; readonly until: Instant };

export type KeysetContent = {
  readonly federation: string;
  readonly epoch: number;
  readonly serial: number;
  readonly issuedAt: Instant;
  readonly listKeys: Readonly<Record<string, ListKey>>;
};

/** Signs a keyset by each of the given root keys. Returns its canonical bytes, as text. */
export const makeKeyset = (content: KeysetContent, roots: readonly Signer[]): string => {
  const document: JsonObject = {
    type: "tillit.keyset.v1",
    federation: content.federation,
    epoch: content.epoch,
    serial: content.serial,
    issued_at: content.issuedAt,
    crit: [],
    list_keys: Object.fromEntries(Object.entries(content.listKeys).map(([id, key]) => [id, { ...key }])),
  };
  return canonicalJson(roots.reduce((signed, root) => signJson(signed, content.federation, root), document));
};

/** Signatures of agencies over one reason: agency (`orgnr:…`) to key id to signature. */
export type Consents = Readonly<Record<string, Readonly<Record<string, string>>>>;

export type ListContent = {
  readonly federation: string;
  readonly audience: ServerName;
  readonly epoch: number;
  readonly version: number;
  readonly mode: "observe" | "enforce";
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  readonly whenStale: "keep" | "shut";
  readonly allow: AllowList;
  /** What agencies have signed of a reason for one server; undefined where none has. */
  readonly consents?: (reason: string, server: ServerName) => Consents | undefined;
};

/** Signs the list of one server. Returns its canonical bytes: store them, and send exactly them at every retry. */
export const makeList = (content: ListContent, signer: Signer): string => {
  const allow = content.allow.map(({ server, reasons }) => ({
    server,
    reasons: reasons.map(({ id, digest, from, until, offlineMs }) => {
      const consents = content.consents?.(id, server);
      return {
        id,
        digest,
        from,
        ...(until === undefined ? {} : { until }),
        // Critical: who does not know it would keep open what the terms say must shut.
        ...(offlineMs === undefined ? {} : { offline_ms: offlineMs, crit: ["offline_ms"] }),
        ...(consents === undefined ? {} : { consents }),
      };
    }),
  }));
  const document: JsonObject = {
    type: "tillit.allow_list.v1",
    federation: content.federation,
    audience: content.audience,
    epoch: content.epoch,
    version: content.version,
    mode: content.mode,
    issued_at: content.issuedAt,
    expires_at: content.expiresAt,
    when_stale: content.whenStale,
    crit: [],
    allow,
  };
  return canonicalJson(signJson(document, content.federation, signer));
};

export type RenewalContent = {
  readonly federation: string;
  readonly audience: ServerName;
  readonly epoch: number;
  readonly version: number;
  /** Of the list that it renews. */
  readonly digest: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
};

/** Signs a renewal: the same list for longer. Returns its canonical bytes. */
export const makeRenewal = ({ issuedAt, expiresAt, ...same }: RenewalContent, signer: Signer): string => {
  const document: JsonObject = { type: "tillit.renewal.v1", ...same, issued_at: issuedAt, expires_at: expiresAt };
  return canonicalJson(signJson(document, same.federation, signer));
};

/** What an enforcement point can be asked; which of them it answers is its operator's setting. */
export const ASKS = ["state", "reset_destination", "probe", "shares", "exposure"] as const;
export type Ask = (typeof ASKS)[number];

export type QueryContent = {
  readonly federation: string;
  readonly audience: ServerName;
  readonly ask: Ask;
  readonly issuedAt: Instant;
  /** Used once; at least 16 characters. */
  readonly nonce: string;
  /** The other server, for `reset_destination`, `probe` and `exposure`. */
  readonly server?: ServerName;
};

/** Signs a question to an enforcement point. Returns its canonical bytes. */
export const makeQuery = ({ issuedAt, ...same }: QueryContent, signer: Signer): string =>
  canonicalJson(signJson({ type: "tillit.query.v1", ...same, issued_at: issuedAt }, same.federation, signer));

export type ConsentContent = {
  readonly federation: string;
  readonly reason: string;
  readonly digest: string;
  readonly servers: readonly [ServerName, ServerName];
  readonly from: Instant;
  readonly until: Instant;
};

/** What an agency signs when it consents (law 10): rebuilt by the enforcement point, so it never travels. */
export const consentDocument = ({ servers, ...same }: ConsentContent): JsonObject => ({
  type: "tillit.consent.v1",
  ...same,
  servers: [...servers].toSorted(byCodePoint),
});

/** Signs an agency's consent. Returns the signature alone, for the list's `consents`. */
export const signConsent = (content: ConsentContent, agency: string, signer: Signer): string => {
  const signed = signJson(consentDocument(content), agency, signer);
  const signatures = signed["signatures"] as { readonly [name: string]: { readonly [id: string]: string } };
  return signatures[agency]?.[signer.keyId] ?? "";
};

/** Signs the end of an agency's consent. Returns its canonical bytes; an enforcement point keeps it for ever. */
export const makeConsentEnd = (
  content: Pick<ConsentContent, "federation" | "reason" | "digest">,
  agency: string,
  signer: Signer,
): string => canonicalJson(signJson({ type: "tillit.consent_end.v1", ...content }, agency, signer));
