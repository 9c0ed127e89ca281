import type { DriftList, PutBack } from "#lib/contracts/holds.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { type DriftRecord, listDrift } from "#lib/data/drift.ts";
import { appendRelease, lastRelease } from "#lib/data/holds.ts";
import type { HomeserverRecord } from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { approvesServer, serverToDecide, serverToRead } from "./server-rules.ts";

type Wish = PutBack & { readonly id: HomeserverId; readonly version: number };
const MANY = 100;

/** When an approver let this name back in after it was found shut; undefined while it still waits for one. */
export const putBackSince = async (tx: Tx, finding: DriftRecord): Promise<Instant | undefined> => {
  const at = await lastRelease(tx, finding.homeserver, "put_back", finding.server);
  return at !== undefined && at > finding.foundAt ? at : undefined;
};

const viewOf = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<DriftList> => {
  const items = [];
  for (const finding of await listDrift(tx, { homeservers: [server.id] }, MANY)) {
    const { server: name, kind, foundAt, endedAt = null, ending = null } = finding;
    const waits = kind === "shut_locally" && endedAt === null;
    const putBackAt = waits ? ((await putBackSince(tx, finding)) ?? null) : null;
    items.push({ server: name, kind, foundAt, endedAt, ending, putBackAt });
  }
  return {
    homeserver: { id: toPublicId("hs", server.id), serverName: server.serverName },
    items,
    mayPutBack: approvesServer(actor, server),
    version: server.version,
  };
};

/** What a homeserver was found to do otherwise than its list says, and since when: for its own agencies and operator. */
export const readDrift = (actor: Actor, { id }: { readonly id: HomeserverId }): Promise<Result<DriftList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await serverToRead(tx, actor, id);
    return server.ok ? ok(await viewOf(tx, actor, server.value)) : server;
  });

const judge = async (tx: Tx, { id, server, foundAt }: Wish): Promise<Refusal | undefined> => {
  const open = await listDrift(tx, { homeservers: [id], open: true }, MANY);
  const named = open.filter((each) => each.server === server && each.kind !== "extra");
  const finding = named.find(({ kind }) => kind === "shut_locally");
  if (finding === undefined) return refusal(named.length > 0 ? "denied_at_server" : "nothing_held");
  if ((await putBackSince(tx, finding)) !== undefined) return refusal("nothing_held");
  return finding.foundAt === foundAt
    ? undefined
    : refusal("hold_changed", { link: `/servers/${toPublicId("hs", id)}` });
};

/**
 * Lets a name back in that was shut at the server behind the portal's back: the word of an approver of an agency on that
 * server, about the finding as it was shown. Shut there again later, it waits for a new word.
 */
export const putBack = (actor: Actor, wish: Wish): Promise<Result<DriftList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id, server: name, reason } = wish;
    const subject = toPublicId("hs", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    const server = await serverToDecide(tx, actor, wish);
    if (!server.ok) return say(server.error);
    const refused = await judge(tx, wish);
    if (refused !== undefined) return say(refused);
    const at = systemClock.now();
    await appendRelease(tx, { homeserver: id, kind: "put_back", digest: name, person: actor.person, reason, at });
    const details = { server: name, found_at: wish.foundAt, reason };
    await appendAudit(tx, { kind: "drift.put_back", subject, agencyIds: server.value.agencies, details });
    await wakeReconciler(tx, [id], actor.traceId);
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.value.version });
    return ok(await viewOf(tx, actor, server.value));
  });
