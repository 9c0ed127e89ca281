import type { SignedList } from "#lib/connectors/connector.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { lockHead, storeList, storePlan, storeRenewal } from "#lib/data/lists.ts";
import { loadPicture, type Picture } from "#lib/data/reconcile.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type AllowList, type Plan, planChange } from "#lib/domain/allow-list.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { fieldsNeeded } from "#lib/domain/enforcement.ts";
import { LIST_LIFE, RENEW_EVERY } from "#lib/domain/freshness.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import { contentDigest, readList, readRenewal } from "#lib/signing/documents.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import { makeList, makeRenewal } from "#lib/signing/make.ts";
import { consentsIn, sameConsents } from "./consents.ts";
import { allowOf, type Desire, desire, openBy } from "./desire.ts";

const RENEW_BELOW = LIST_LIFE - RENEW_EVERY;

/** What one round is to do, decided and stored before anything is sent. */
export type Prepared = {
  readonly picture: Picture;
  readonly desire: Desire;
  /** Absent where nothing may be signed for this server yet. */
  readonly list: SignedList | undefined;
  /** From what the last list opened to what this one opens. */
  readonly plan: Plan;
  readonly signed: "list" | "renewal" | "nothing";
  /** When the list in force is due for a renewal. */
  readonly renewAt: Instant | undefined;
};

/** Whether there is something that can be told what to enforce, and whose answers can be believed. */
export const isConnected = ({ point, server }: Picture): boolean =>
  point !== undefined &&
  (point.kind === "agent" ? point.enrolled : point.mode === "push") &&
  server.keys.length > 0 &&
  hasCredential(point) &&
  point.kind !== "mattermost";

const hasCredential = ({ kind, credential }: NonNullable<Picture["point"]>): boolean =>
  fieldsNeeded(kind).length === 0 || credential !== undefined;

type Stored = {
  readonly bytes: string;
  readonly renewal: string | undefined;
  readonly epoch: number;
  readonly version: number;
};

const expiryOf = (list: string, renewal: string | undefined): Instant => {
  const read = readList(list);
  const renewed = renewal === undefined ? undefined : readRenewal(renewal);
  if (renewed?.ok) return instant(renewed.value.fields.expires_at);
  return instant(read.ok ? read.value.fields.expires_at : 0);
};

const isSame = (stored: string, allow: AllowList, { server, consents }: Picture, keys: SigningKeys): boolean => {
  const read = readList(stored);
  if (!read.ok) return false;
  const { fields } = read.value;
  const signed = (id: string, name: string) =>
    fields.allow.find((entry) => entry.server === name)?.reasons.find((reason) => reason.id === id)?.consents;
  const byThisKey = fields.signatures[keys.federation]?.[keys.signer.keyId] !== undefined;
  const content = (entries: AllowList): string =>
    canonicalJson(
      entries.map(({ server, reasons }) => ({ server, reasons: reasons.map((reason) => ({ ...reason })) })),
    );
  return (
    byThisKey &&
    fields.epoch === keys.epoch &&
    fields.mode === server.mode &&
    fields.when_stale === server.onStale &&
    content(allowOf(stored) ?? []) === content(allow) &&
    sameConsents(allow, signed, consentsIn(consents, allow, server.name))
  );
};

const signList = async (
  tx: Tx,
  picture: Picture,
  allow: AllowList,
  by: Signing,
): Promise<Stored & { digest: string }> => {
  const { keys, now, traceId } = by;
  const { head, server } = picture;
  const version = head.epoch === keys.epoch ? head.version + 1 : 1;
  const expiresAt = instant(now + LIST_LIFE);
  const bytes = makeList(
    {
      federation: keys.federation,
      audience: server.name,
      epoch: keys.epoch,
      version,
      mode: server.mode,
      issuedAt: now,
      expiresAt,
      whenStale: server.onStale,
      allow,
      consents: consentsIn(picture.consents, allow, server.name),
    },
    keys.signer,
  );
  const digest = contentDigest(bytes);
  const place = { epoch: keys.epoch, version, digest };
  await storeList(tx, {
    ...place,
    id: newId(),
    homeserver: server.id,
    mode: server.mode,
    bytes,
    issuedAt: now,
    expiresAt,
    traceId,
  });
  return { ...place, bytes, renewal: undefined };
};

type Signing = { readonly keys: SigningKeys; readonly now: Instant; readonly traceId: string };
type Settled = { readonly signed: Prepared["signed"]; readonly stored: Stored & { readonly digest: string } };

const settleList = async (tx: Tx, picture: Picture, wish: Desire, by: Signing): Promise<Settled> => {
  const { head, list, server } = picture;
  const { keys, now } = by;
  const fresh = async (): Promise<Settled> => ({ signed: "list", stored: await signList(tx, picture, wish.allow, by) });
  if (list === undefined) return fresh();
  const stored = { bytes: list, renewal: head.renewal, epoch: head.epoch, version: head.version, digest: head.digest };
  // A worker that still holds the keys of an older epoch never takes a server back to it.
  if (head.epoch > keys.epoch) return { signed: "nothing", stored };
  if (!isSame(list, wish.allow, picture, keys)) return fresh();
  const left = expiryOf(list, head.renewal) - now;
  if (left > RENEW_BELOW) return { signed: "nothing", stored };
  if (head.confirmedAt === undefined) {
    // A renewal counts only for a list in force. One that never arrived is sent as it is while it lives; then anew.
    return expiryOf(list, undefined) - now > LIST_LIFE / 3 ? { signed: "nothing", stored } : fresh();
  }
  const renewal = makeRenewal(
    {
      federation: keys.federation,
      audience: server.name,
      epoch: head.epoch,
      version: head.version,
      digest: head.digest,
      issuedAt: now,
      expiresAt: instant(now + LIST_LIFE),
    },
    keys.signer,
  );
  await storeRenewal(tx, server.id, renewal);
  return { signed: "renewal", stored: { ...stored, renewal } };
};

const auditOf = (picture: Picture, { plan, held }: Desire, { signed, stored }: Settled) => {
  const subject = toPublicId("hs", picture.server.id);
  const agencyIds = picture.server.agencies;
  const { epoch, version, digest } = stored;
  const rows = [];
  if (signed === "list") {
    const details = { epoch, version, digest, mode: picture.server.mode, added: plan.add, removed: plan.remove };
    rows.push({ kind: "list.signed" as const, subject, agencyIds, details });
  }
  if (held !== undefined && held.digest !== picture.held?.digest) {
    const { why, names, add, remove } = held;
    rows.push({ kind: "list.held" as const, subject, agencyIds, details: { why, names, add, remove } });
  }
  return rows;
};

/**
 * Decides one server's list under the lock of its version, and stores what is signed in the same transaction: a list is
 * signed once, and whoever comes later, or again, sends the stored bytes. Undefined where the server is gone.
 */
export const prepare = async (tx: Tx, homeserver: string, by: Signing): Promise<Prepared | undefined> => {
  await lockHead(tx, homeserver);
  const picture = await loadPicture(tx, homeserver);
  if (picture === undefined) return undefined;
  const wish = desire(picture, by.now);
  const nothing = { picture, desire: wish, list: undefined, signed: "nothing", renewAt: undefined } as const;
  if (!isConnected(picture)) return { ...nothing, plan: { add: [], remove: [] } };
  const settled = await settleList(tx, picture, wish, by);
  const { stored, signed } = settled;
  const names = [...openBy(wish.allow, by.now)].toSorted();
  const before = openBy(allowOf(picture.list) ?? [], by.now);
  if (signed === "list" || wish.held?.digest !== picture.held?.digest) {
    await storePlan(tx, homeserver, { ...wish.plan, names: names.length }, wish.held, by.now);
    await notifyEvent(tx, { topic: "homeserver", id: toPublicId("hs", picture.server.id), version: stored.version });
  }
  for (const row of auditOf(picture, wish, settled)) await appendAudit(tx, row);
  const expiresAt = expiryOf(stored.bytes, stored.renewal);
  const list: SignedList = {
    audience: picture.server.name,
    epoch: stored.epoch,
    version: stored.version,
    digest: stored.digest,
    mode: picture.server.mode,
    expiresAt,
    names,
    keyset: by.keys.keyset,
    list: stored.bytes,
    ...(stored.renewal === undefined ? {} : { renewal: stored.renewal }),
  };
  const renewAt = instant(expiresAt - RENEW_BELOW);
  return { picture, desire: wish, list, plan: planChange(before, new Set(names)), signed, renewAt };
};
