import type { Picture, RecordedAgreement } from "#lib/data/reconcile.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { idOf, toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type Decision, type DecisionKind, termsDocument } from "#lib/domain/trust.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { contentDigest } from "#lib/signing/documents.ts";
import { makeList, newKeyPair } from "#lib/signing/signing.ts";

/** Scenes for tests of what is compiled and judged: no database, no server. */
export const NOW: Instant = instant(1_800_000_000_000);
export const FEDERATION = "test.tillit.example";
const PAIR = newKeyPair();
export const SIGNER = { keyId: "ed25519:list-1", privateKey: PAIR.privateKey };

/** A server name that is known to be one. */
export const named = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(text);
  return name.value;
};

export const serverOf = (text: string, mode: "observe" | "enforce" = "enforce"): Picture["server"] => ({
  id: idOf("hs", newId()),
  name: named(text),
  platform: "synapse",
  mode,
  onStale: "keep",
  identityState: "pinned",
  managementUrl: undefined,
  override: undefined,
  lookedAt: NOW,
  version: 1,
  agencies: [idOf("agy", newId())],
  keys: [{ keyId: "ed25519:a", key: newKeyPair().publicKey, validUntil: instant(NOW + DAY) }],
});

type Wanted = { readonly kinds?: readonly DecisionKind[]; readonly start?: Instant; readonly end?: Instant };

/** An agreement between two servers, agreed unless other decisions are given. */
export const agreementOf = (home: ServerName, partner: ServerName, wanted: Wanted = {}): RecordedAgreement => {
  const { kinds = ["request", "endorse", "accept"], start, end } = wanted;
  const terms = canonicalJson(
    termsDocument(FEDERATION, {
      purpose: "chat",
      parties: { home: ["orgnr:1"], partner: ["orgnr:2"] },
      servers: { home: [home], partner: [partner] },
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    }),
  );
  const digest = digestOfBytes(terms);
  const [a, b] = [idOf("agy", newId()), idOf("agy", newId())];
  const decision = (kind: DecisionKind): RecordedAgreement["decisions"][number] => {
    const side: Decision["side"] = kind === "accept" ? "partner" : "home";
    const person = idOf("per", newId());
    return {
      id: idOf("dec", newId()),
      kind,
      side,
      agency: side === "home" ? a : b,
      person,
      version: 1,
      digest,
      at: NOW,
    };
  };
  return {
    id: idOf("agr", newId()),
    version: 1,
    number: 1,
    terms,
    digest,
    parties: [
      { agency: a, side: "home", approversRequired: 1 },
      { agency: b, side: "partner", approversRequired: 1 },
    ],
    decisions: kinds.map(decision),
  };
};

/** The same agreement after further decisions. */
export const decided = (agreement: RecordedAgreement, ...kinds: readonly DecisionKind[]): RecordedAgreement => {
  const [last] = agreement.decisions;
  if (last === undefined) throw new RangeError("no decision to follow");
  const more = kinds.map((kind) => ({ ...last, id: idOf("dec", newId()), kind, person: idOf("per", newId()) }));
  return { ...agreement, decisions: [...agreement.decisions, ...more] };
};

/** The stored bytes of a list that these agreements made. */
export const listOf = (
  audience: ServerName,
  entries: readonly { server: ServerName; agreement: RecordedAgreement }[],
) => {
  const allow = entries.map(({ server, agreement: { id, digest } }) => ({
    server,
    reasons: [{ id: toPublicId("agr", id), digest, from: NOW }],
  }));
  const expiresAt = instant(NOW + DAY);
  const place = { federation: FEDERATION, audience, epoch: 1, version: 1, issuedAt: NOW, expiresAt };
  return makeList({ ...place, mode: "enforce", whenStale: "keep", allow }, SIGNER);
};

export const pictureOf = (server: Picture["server"], more: Partial<Picture> = {}): Picture => ({
  federation: { id: FEDERATION, epoch: 1, probeName: named("probe.tillit.example") },
  server,
  point: {
    id: newId(),
    kind: "synapse_module",
    mode: "push",
    baseUrl: undefined,
    lastSequence: 0,
    enrolled: false,
    credential: undefined,
    candidate: undefined,
  },
  head: {
    epoch: more.list === undefined ? 0 : 1,
    version: more.list === undefined ? 0 : 1,
    digest: more.list === undefined ? "" : contentDigest(more.list),
    mode: server.mode,
    pushedAt: undefined,
    confirmedAt: undefined,
    renewal: undefined,
    status: "none",
    statusDetail: { code: "", detail: "", since: 0 },
    attempts: 0,
    nextAttemptAt: undefined,
  },
  list: undefined,
  agreements: [],
  consents: [],
  stops: [],
  left: [],
  partners: [],
  evidence: [],
  releases: [],
  drift: [],
  held: undefined,
  ...more,
});
