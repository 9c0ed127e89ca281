import type { Policy } from "#lib/domain/allow-list.ts";
import { DAY, MINUTE } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { signingKeyIds, verifySignedJson } from "#lib/platform/signed-json.ts";
import { verifyConsents } from "./consent.ts";
import {
  broken,
  type KeysetDocument,
  type LawRefusal,
  type ListDocument,
  type ListReason,
  MAX_ENTRIES,
  type QueryDocument,
  type Read,
  type RenewalDocument,
  readConsentEnd,
  readKeyset,
  readList,
  readQuery,
  readRenewal,
} from "./documents.ts";

/** A document issued further ahead of the own clock is refused, and reported as skew (law 5). */
export const MOST_AHEAD = 5 * MINUTE;
/** A version further above the last is refused: it would leave no room below itself (law 2). */
export const MOST_JUMP = 1_000_000;
export const DEFAULT_MAX_LIFE = 31 * DAY;

/** What the operator of an enforcement point has pinned. Nothing that the portal sends changes it. */
export type Pins = {
  readonly federation: string;
  readonly audience: ServerName;
  readonly rootKeys: Readonly<Record<string, string>>;
  /** How many different root keys, by value, must sign a keyset. */
  readonly rootKeysRequired: number;
  readonly lowestKeyset: { readonly epoch: number; readonly serial: number };
  readonly maxLife: number;
  readonly requireConsents: boolean;
  /** Agency to key id to key. */
  readonly consentKeys: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What rules until the first list that enforces (law 6). */
  readonly beforeFirstList: "open" | "closed" | readonly ServerName[];
  /** The operator's own return to observing, after an `enforce` was accepted. */
  readonly observe: boolean;
};

/** What an enforcement point has accepted and stored. */
export type Accepted = {
  readonly keyset?: Read<KeysetDocument>;
  readonly list?: Read<ListDocument>;
  /** The keyset under which the list in force was accepted. */
  readonly listKeyset?: Read<KeysetDocument>;
  readonly renewal?: Read<RenewalDocument>;
  /** Highest `issued_at` of all that was accepted: time never goes below it (law 5). */
  readonly highestIssuedAt: number;
  /** Whether an `enforce` list was ever accepted (law 6). */
  readonly enforced: boolean;
  /** Consents that their agency has ended, kept for ever (law 10): `reason digest`. */
  readonly ended: ReadonlySet<string>;
};

export const NOTHING_ACCEPTED: Accepted = { highestIssuedAt: 0, enforced: false, ended: new Set() };

export type Acceptance = { readonly state: Accepted; readonly outcome: "new" | "same" };
type Outcome = Result<Acceptance, LawRefusal>;

const DOCUMENT_FIELDS = new Set(
  (
    "type federation audience epoch serial version mode issued_at expires_at when_stale crit allow list_keys digest " +
    "signatures ask nonce server reason"
  ).split(" "),
);
const ENTRY_FIELDS = new Set(["server", "reasons", "crit"]);
const REASON_FIELDS = new Set(["id", "digest", "from", "until", "consents", "crit", "offline_ms"]);

const understands = (crit: readonly string[] | undefined, known: ReadonlySet<string>): boolean =>
  (crit ?? []).every((field) => known.has(field));

type Addressed = {
  readonly federation: string;
  readonly audience?: ServerName;
  readonly crit?: readonly string[] | undefined;
};

/** Law 1, behind the form: for this federation and this server, with nothing critical that is not understood. */
const checkAddress = (pins: Pins, fields: Addressed): Result<true, LawRefusal> => {
  if (fields.federation !== pins.federation) return broken("TILLIT_FEDERATION", fields.federation);
  if (fields.audience !== undefined && fields.audience !== pins.audience)
    return broken("TILLIT_AUDIENCE", fields.audience);
  if (!understands(fields.crit, DOCUMENT_FIELDS)) return broken("TILLIT_CRITICAL", (fields.crit ?? []).join(" "));
  return ok(true);
};

/** Law 3: by a list key of the keyset, valid when the document says it was issued. */
const checkListKey = (
  keyset: KeysetDocument | undefined,
  document: Read<ListDocument | RenewalDocument | QueryDocument>,
): Result<true, LawRefusal> => {
  if (keyset === undefined)
    return broken(document.fields.type === "tillit.query.v1" ? "TILLIT_SIGNATURE" : "TILLIT_KEYSET");
  const { federation, issued_at } = document.fields;
  const known = signingKeyIds(document.json, federation).filter((id) => keyset.list_keys[id] !== undefined);
  let refusal = broken("TILLIT_SIGNATURE");
  for (const id of known) {
    const key = keyset.list_keys[id];
    if (key === undefined || !verifySignedJson(document.json, federation, id, key.key).ok) continue;
    if (key.from <= issued_at && issued_at < key.until) return ok(true);
    refusal = broken("TILLIT_KEY", id);
  }
  return refusal;
};

/** Laws 4 and 5 for a document that has just come. */
const checkAge = (
  pins: Pins,
  state: Accepted,
  { issued_at, expires_at }: { readonly issued_at: number; readonly expires_at: number },
  now: number,
): Result<true, LawRefusal> => {
  if (issued_at > now + MOST_AHEAD) return broken("TILLIT_SKEW", `${issued_at - now} ms ahead`);
  if (expires_at - issued_at > pins.maxLife) return broken("TILLIT_LIFETIME", `${expires_at - issued_at} ms`);
  if (expires_at <= Math.max(now, state.highestIssuedAt)) return broken("TILLIT_EXPIRED");
  return ok(true);
};

/** Verifies a keyset and puts it in force: signed by enough different root keys, never lower, never forked. */
export const acceptKeyset = (pins: Pins, state: Accepted, text: string, now: number): Outcome => {
  const read = readKeyset(text);
  if (!read.ok) return read;
  const { fields, json, digest } = read.value;
  const addressed = checkAddress(pins, { federation: fields.federation, crit: fields.crit });
  if (!addressed.ok) return addressed;
  const signers = Object.entries(pins.rootKeys).filter(
    ([id, key]) => verifySignedJson(json, pins.federation, id, key).ok,
  );
  if (new Set(signers.map(([, key]) => key)).size < pins.rootKeysRequired)
    return broken("TILLIT_SIGNATURE", "root keys");
  if (fields.issued_at > now + MOST_AHEAD) return broken("TILLIT_SKEW");
  const place = ({ epoch, serial }: { readonly epoch: number; readonly serial: number }): readonly [number, number] => [
    epoch,
    serial,
  ];
  const below = (a: readonly [number, number], b: readonly [number, number]): boolean =>
    a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
  if (below(place(fields), place(pins.lowestKeyset))) return broken("TILLIT_VERSION", "below the lowest pinned");
  const held = state.keyset;
  if (held !== undefined) {
    if (below(place(fields), place(held.fields))) return broken("TILLIT_VERSION");
    if (!below(place(held.fields), place(fields))) {
      if (held.digest !== digest) return broken("TILLIT_FORK");
      return ok({ state: { ...state, keyset: read.value }, outcome: "same" });
    }
  }
  const highestIssuedAt = Math.max(state.highestIssuedAt, fields.issued_at);
  return ok({ state: { ...state, keyset: read.value, highestIssuedAt }, outcome: "new" });
};

/** Law 2: order among lists. */
const checkOrder = (state: Accepted, next: Read<ListDocument>): Result<"new" | "same", LawRefusal> => {
  const { epoch, version } = next.fields;
  if (state.keyset !== undefined && epoch !== state.keyset.fields.epoch) return broken("TILLIT_EPOCH");
  const held = state.list;
  const last = held !== undefined && held.fields.epoch === epoch ? held.fields.version : 0;
  if (held !== undefined && (epoch < held.fields.epoch || version < last))
    return broken("TILLIT_VERSION", `${version} < ${last}`);
  if (held !== undefined && version === last) return held.digest === next.digest ? ok("same") : broken("TILLIT_FORK");
  return version - last > MOST_JUMP ? broken("TILLIT_JUMP", `${version - last}`) : ok("new");
};

/** Verifies a list and puts it in force; on any refusal what was in force stays (law 9). */
export const acceptList = (pins: Pins, state: Accepted, text: string, now: number): Outcome => {
  const read = readList(text);
  if (!read.ok) return read;
  const { fields } = read.value;
  const addressed = checkAddress(pins, fields);
  if (!addressed.ok) return addressed;
  if (fields.allow.length > MAX_ENTRIES) return broken("TILLIT_SIZE", `${fields.allow.length} entries`);
  if (new Set(fields.allow.map(({ server }) => server)).size !== fields.allow.length)
    return broken("TILLIT_MALFORMED", "twice");
  const signed = checkListKey(state.keyset?.fields, read.value);
  if (!signed.ok) return signed;
  const order = checkOrder(state, read.value);
  if (!order.ok) return order;
  const aged = checkAge(pins, state, fields, now);
  if (!aged.ok && (order.value === "new" || aged.error.code === "TILLIT_SKEW")) return aged;
  if (order.value === "same") {
    const listKeyset = state.keyset === undefined ? {} : { listKeyset: state.keyset };
    return ok({ state: { ...state, ...listKeyset, list: read.value }, outcome: "same" });
  }
  if (state.enforced && !pins.observe && fields.mode === "observe") return broken("TILLIT_MODE");
  const { renewal: _, ...rest } = state;
  return ok({
    state: {
      ...rest,
      list: read.value,
      ...(state.keyset === undefined ? {} : { listKeyset: state.keyset }),
      highestIssuedAt: Math.max(state.highestIssuedAt, fields.issued_at),
      enforced: state.enforced || fields.mode === "enforce",
    },
    outcome: "new",
  });
};

/** Verifies a renewal of the list in force (law 4); it changes nothing but the time. */
export const acceptRenewal = (pins: Pins, state: Accepted, text: string, now: number): Outcome => {
  const read = readRenewal(text);
  if (!read.ok) return read;
  const { fields } = read.value;
  const addressed = checkAddress(pins, fields);
  if (!addressed.ok) return addressed;
  const signed = checkListKey(state.keyset?.fields, read.value);
  if (!signed.ok) return signed;
  const { list } = state;
  const isOfList =
    list !== undefined &&
    list.digest === fields.digest &&
    list.fields.epoch === fields.epoch &&
    list.fields.version === fields.version;
  if (!isOfList) return broken("TILLIT_RENEWAL");
  if (state.listKeyset?.digest !== state.keyset?.digest) return broken("TILLIT_SUPERSEDED");
  if (state.renewal?.text === text) return ok({ state, outcome: "same" });
  const last = state.renewal?.fields ?? list.fields;
  if (fields.issued_at <= last.issued_at || fields.expires_at <= last.expires_at) return broken("TILLIT_RENEWAL");
  const aged = checkAge(pins, state, fields, now);
  if (!aged.ok) return aged;
  const highestIssuedAt = Math.max(state.highestIssuedAt, fields.issued_at);
  return ok({ state: { ...state, renewal: read.value, highestIssuedAt }, outcome: "new" });
};

const MOST_QUERY_AGE = 60_000;
const MOST_QUERY_AHEAD = 5_000;

/** Verifies a question; remembering its nonce is the caller's part. */
export const checkQuery = (
  pins: Pins,
  state: Accepted,
  text: string,
  now: number,
): Result<QueryDocument, LawRefusal> => {
  const read = readQuery(text);
  if (!read.ok) return read;
  const { fields } = read.value;
  const addressed = checkAddress(pins, fields);
  if (!addressed.ok) return addressed;
  const signed = checkListKey(state.keyset?.fields, read.value);
  if (!signed.ok) return signed;
  const age = now - fields.issued_at;
  if (age > MOST_QUERY_AGE || age < -MOST_QUERY_AHEAD) return broken("TILLIT_TIME", `own clock ${now}`);
  return ok(fields);
};

/** Takes the end of an agency's consent, signed by a key that the operator pinned (law 10). */
export const acceptConsentEnd = (pins: Pins, state: Accepted, text: string): Outcome => {
  const read = readConsentEnd(text);
  if (!read.ok) return read;
  const { fields, json } = read.value;
  const addressed = checkAddress(pins, { federation: fields.federation, crit: fields.crit });
  if (!addressed.ok) return addressed;
  const signed = Object.entries(pins.consentKeys).some(([agency, keys]) =>
    Object.entries(keys).some(([id, key]) => verifySignedJson(json, agency, id, key).ok),
  );
  if (!signed) return broken("TILLIT_SIGNATURE", "by no pinned agency");
  const ended = new Set([...state.ended, `${fields.reason} ${fields.digest}`]);
  return ok({ state: { ...state, ended }, outcome: ended.size > state.ended.size ? "new" : "same" });
};

/** Whether the list in force has passed its own and its renewal's `expires_at`. */
export const isStale = ({ list, renewal, highestIssuedAt }: Accepted, now: number): boolean =>
  list !== undefined && (renewal?.fields.expires_at ?? list.fields.expires_at) <= Math.max(now, highestIssuedAt);

const reasonOpens = (reason: ListReason, time: number, expiresAt: number): boolean => {
  if (!understands(reason.crit, REASON_FIELDS)) return false;
  if (time < (reason.from ?? 0) || (reason.until !== undefined && reason.until <= time)) return false;
  return reason.offline_ms === undefined || time < expiresAt + reason.offline_ms;
};

/** The names open at that moment by the list in force (laws 4, 5 and 10); the own clock set back reopens nothing. */
export const openByLaw = (pins: Pins, state: Accepted, now: number): ReadonlySet<ServerName> => {
  const { list } = state;
  if (list === undefined) return new Set();
  const time = Math.max(now, state.highestIssuedAt);
  if (isStale(state, now) && list.fields.when_stale === "shut") return new Set();
  const expiresAt = state.renewal?.fields.expires_at ?? list.fields.expires_at;
  const open = list.fields.allow.filter(
    ({ server, reasons, crit }) =>
      understands(crit, ENTRY_FIELDS) &&
      reasons.some(
        (reason) =>
          !state.ended.has(`${reason.id} ${reason.digest}`) &&
          reasonOpens(reason, time, expiresAt) &&
          verifyConsents(pins, server, reason),
      ),
  );
  return new Set(open.map(({ server }) => server));
};

export type InForce = { readonly mode: "before_first" | "observe" | "enforce"; readonly policy: Policy };

/** What an enforcement point obeys: the operator's own rule until the first list that enforces, then the list. */
export const inForce = (pins: Pins, state: Accepted, now: number): InForce => {
  if (state.enforced && !pins.observe) {
    return { mode: "enforce", policy: { mode: "closed", allow: openByLaw(pins, state, now) } };
  }
  const mode = state.list === undefined ? "before_first" : "observe";
  const rule = pins.beforeFirstList;
  if (rule === "open") return { mode, policy: { mode: "open" } };
  return { mode, policy: { mode: "closed", allow: new Set(rule === "closed" ? [] : rule) } };
};
