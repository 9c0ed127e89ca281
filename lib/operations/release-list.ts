import type { HoldView, ReleaseList } from "#lib/contracts/holds.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { appendRelease, heldOf, lastRelease } from "#lib/data/holds.ts";
import type { HomeserverRecord } from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { listSignedLists } from "#lib/data/signed-lists.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { approvesServer, serverToDecide, serverToRead } from "./server-rules.ts";

type Wish = ReleaseList & { readonly id: HomeserverId; readonly version: number };

/** A release counts for the plan as it has been held since; an older one was for an earlier hold. */
const releasedSince = async (tx: Tx, { id, brake }: HomeserverRecord): Promise<Instant | undefined> => {
  const held = heldOf(brake);
  const at = held === undefined ? undefined : await lastRelease(tx, id, "brake", held.digest);
  return held !== undefined && at !== undefined && at >= held.at ? at : undefined;
};

const viewOf = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<HoldView> => {
  const held = heldOf(server.brake);
  const homeserver = { id: toPublicId("hs", server.id), serverName: server.serverName };
  if (held === undefined) return { homeserver, held: null, mayRelease: false, version: server.version };
  const [last] = await listSignedLists(tx, server.id, undefined, 1);
  const before = last?.allow.map(({ server: name }) => name) ?? [];
  const after = new Set([...before, ...held.add]).difference(new Set(held.remove));
  const releasedAt = await releasedSince(tx, server);
  return {
    homeserver,
    held: {
      why: held.why,
      names: [...held.names],
      add: [...held.add],
      remove: [...held.remove],
      before,
      after: [...after].toSorted(),
      digest: held.digest,
      since: held.at,
      releasedAt: releasedAt ?? null,
    },
    mayRelease: releasedAt === undefined && approvesServer(actor, server),
    version: server.version,
  };
};

/** What the brake holds of a homeserver's next list, with the difference by name: for its own agencies and its operator. */
export const readHold = (actor: Actor, { id }: { readonly id: HomeserverId }): Promise<Result<HoldView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await serverToRead(tx, actor, id);
    return server.ok ? ok(await viewOf(tx, actor, server.value)) : server;
  });

/**
 * Lets a held list through: the word of an approver of an agency on that server, bound to the difference as it was shown.
 * The worker signs and sends it; it holds any other plan, and this one should it arise again later.
 */
export const releaseList = (actor: Actor, wish: Wish): Promise<Result<HoldView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id, digest, reason } = wish;
    const subject = toPublicId("hs", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    const server = await serverToDecide(tx, actor, wish);
    if (!server.ok) return say(server.error);
    const held = heldOf(server.value.brake);
    if (held === undefined || (await releasedSince(tx, server.value)) !== undefined)
      return say(refusal("nothing_held"));
    if (held.digest !== digest) return say(refusal("hold_changed", { link: `/servers/${subject}` }));
    await appendRelease(tx, {
      homeserver: id,
      kind: "brake",
      digest,
      person: actor.person,
      reason,
      at: systemClock.now(),
    });
    const { why, names, add, remove } = held;
    const details = { digest, why, names: [...names], added: [...add], removed: [...remove], reason };
    await appendAudit(tx, { kind: "list.released", subject, agencyIds: server.value.agencies, details });
    await wakeReconciler(tx, [id], actor.traceId);
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.value.version });
    return ok(await viewOf(tx, actor, server.value));
  });
