import type { RollBack, RollBackView } from "#lib/contracts/holds.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { appendRelease } from "#lib/data/holds.ts";
import { getHomeserver, type HomeserverRecord, updateHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { listSignedLists, type StoredList } from "#lib/data/signed-lists.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { approvesServer, serverToDecide, serverToRead } from "./server-rules.ts";

type Wish = RollBack & { readonly id: HomeserverId; readonly version: number };
type Step = NonNullable<RollBackView["step"]>;

/** How far back a list is looked for that lets in less than the present one. */
const LOOK_BACK = 200;

const namesOf = ({ allow }: StoredList): readonly string[] => allow.map(({ server }) => server);

const differs = (now: StoredList, then: StoredList): boolean =>
  then.mode !== now.mode || new Set(namesOf(now)).difference(new Set(namesOf(then))).size > 0;

/**
 * One step back from the list in force: the newest earlier list that let in less, or did not enforce. What it named and
 * this one does not is not let in: an agreement has ended since, or somebody shut it.
 */
const stepOf = async (tx: Tx, server: HomeserverRecord): Promise<Step | undefined> => {
  const [now, ...earlier] = await listSignedLists(tx, server.id, undefined, LOOK_BACK);
  if (now === undefined || server.mode !== "enforce" || now.mode !== server.mode) return undefined;
  const before = earlier.find((each) => differs(now, each));
  if (before === undefined) return undefined;
  const [open, then] = [new Set(namesOf(now)), new Set(namesOf(before))];
  const step = {
    current: { epoch: now.epoch, version: now.version },
    before: { epoch: before.epoch, version: before.version, issuedAt: before.issuedAt },
    remove: [...open.difference(then)].toSorted(),
    after: [...open.intersection(then)].toSorted(),
    notReopened: [...then.difference(open)].toSorted(),
    mode: before.mode,
  };
  return { ...step, digest: digestOf({ homeserver: server.id, ...step }) };
};

const viewOf = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<RollBackView> => {
  const step = await stepOf(tx, server);
  return {
    homeserver: { id: toPublicId("hs", server.id), serverName: server.serverName },
    step: step ?? null,
    mayRollBack: step !== undefined && approvesServer(actor, server),
    version: server.version,
  };
};

/** What a roll-back to the list before would change on a homeserver: for its own agencies and its operator. */
export const readRollBack = (
  actor: Actor,
  { id }: { readonly id: HomeserverId },
): Promise<Result<RollBackView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await serverToRead(tx, actor, id);
    return server.ok ? ok(await viewOf(tx, actor, server.value)) : server;
  });

const shut = async (tx: Tx, actor: Actor, { id, reason }: Wish, names: readonly string[]): Promise<void> => {
  const at = systemClock.now();
  for (const digest of names)
    await appendRelease(tx, { homeserver: id, kind: "roll_back", digest, person: actor.person, reason, at });
};

/**
 * Goes back to the list before, in one step: the word of an approver of an agency on that server, bound to the
 * difference as it was shown. It only ever takes away, names and enforcing; what it shut stays shut, in every later list,
 * until an approver lets it back in. The worker signs and sends what is left, as a new list.
 */
export const rollBack = (actor: Actor, wish: Wish): Promise<Result<RollBackView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id, digest, reason } = wish;
    const subject = toPublicId("hs", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    const found = await serverToDecide(tx, actor, wish);
    if (!found.ok) return say(found.error);
    const server = found.value;
    const step = await stepOf(tx, server);
    if (step === undefined) return say(refusal("no_list_before"));
    if (step.digest !== digest) return say(refusal("hold_changed", { link: `/servers/${subject}` }));
    await shut(tx, actor, wish, step.remove);
    if (step.mode !== server.mode) await updateHomeserver(tx, id, { mode: step.mode });
    const { current, before, remove, mode } = step;
    const details = {
      from: { ...current },
      to: { epoch: before.epoch, version: before.version },
      removed: remove,
      mode,
    };
    await appendAudit(tx, {
      kind: "list.rolled_back",
      subject,
      agencyIds: server.agencies,
      details: { ...details, reason },
    });
    await wakeReconciler(tx, [id], actor.traceId);
    const changed = await getHomeserver(tx, id);
    if (changed === undefined) return err(refusal("internal"));
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: changed.version });
    return ok(await viewOf(tx, actor, changed));
  });
