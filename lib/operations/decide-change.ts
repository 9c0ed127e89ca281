import { z } from "zod";
import type { ChangePage, ChangeQuery, ChangeView, DecideChange } from "#lib/contracts/changes.ts";
import { appendAudit } from "#lib/data/audit.ts";
import {
  type ChangeRecord,
  closeChange,
  getChange,
  lockChange,
  listChanges as readChanges,
} from "#lib/data/changes.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { getHomeservers } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal, hasRole } from "#lib/domain/access.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type ChangeId, idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { applyChange } from "./apply-change.ts";
import { cut, idFrom } from "./cursors.ts";
import { fingerprintOf } from "./homeserver-views.ts";
import { passOnChange } from "./pass-on-change.ts";
import { agencyRef, personRef } from "./people-views.ts";
import { rulesOf } from "./trust-rules.ts";

type Wish = DecideChange & { readonly id: ChangeId };
const LIST = "changes";

/** A CA chain is long and no secret; everything else is shown as it stands. */
const shown = (values: Readonly<Record<string, unknown>>) => z.record(z.string(), z.unknown()).parse({ ...values });

const Keys = z.object({ keys: z.record(z.string(), z.string()) });
const About = z.object({ person: z.uuid() });

const aboutOf = ({ kind, after }: ChangeRecord): PersonId | undefined => {
  const about = kind === "approver_role" ? About.safeParse(after) : undefined;
  return about?.success === true ? idOf("per", about.data.person) : undefined;
};

/** Keys by id with their fingerprints, which is what people compare. */
const keysOf = ({ kind, before, after }: ChangeRecord): ChangeView["keys"] => {
  if (kind !== "pinned_keys") return [];
  const [was, now] = [Keys.safeParse(before).data?.keys ?? {}, Keys.safeParse(after).data?.keys ?? {}];
  const print = (key: string | undefined): string | null => (key === undefined ? null : fingerprintOf(key));
  const ids = [...new Set([...Object.keys(was), ...Object.keys(now)])].toSorted(byCodePoint);
  return ids.map((keyId) => ({ keyId, before: print(was[keyId]), after: print(now[keyId]) }));
};

const mayDecide = (actor: Actor, { agency, proposedBy, state }: ChangeRecord): boolean =>
  state === "open" && proposedBy !== actor.person && hasRole(actor, agency, "approver");

const mayReject = (actor: Actor, { agency, state }: ChangeRecord): boolean =>
  state === "open" && hasRole(actor, agency, "approver");

/** Views of changes, with what they name read once. */
export const changeViews = async (tx: Tx, actor: Actor, records: readonly ChangeRecord[]): Promise<ChangeView[]> => {
  const agencies = new Map(
    (await getAgencies(tx, [...new Set(records.map(({ agency }) => agency))])).map((each) => [each.id, each]),
  );
  const ids = records.flatMap(({ homeserver }) => (homeserver === undefined ? [] : [homeserver]));
  const servers = new Map((await getHomeservers(tx, ids)).map((server) => [server.id, server]));
  const people = records.flatMap((record) =>
    [record.proposedBy, record.decidedBy, aboutOf(record)].filter((id) => id !== undefined),
  );
  const names = await namesOf(tx, people);
  return records.flatMap((record) => {
    const agency = agencies.get(record.agency);
    const about = aboutOf(record);
    const server = record.homeserver === undefined ? undefined : servers.get(record.homeserver);
    if (agency === undefined) return [];
    return [
      {
        id: toPublicId("chg", record.id),
        agency: agencyRef(agency),
        homeserver: server === undefined ? null : { id: toPublicId("hs", server.id), serverName: server.serverName },
        kind: record.kind,
        before: shown(record.before),
        after: shown(record.after),
        proposedBy: record.proposedBy === undefined ? null : personRef(record.proposedBy, names),
        proposedAt: record.at,
        state: record.state,
        decidedBy: record.decidedBy === undefined ? null : personRef(record.decidedBy, names),
        decidedAt: record.decidedAt ?? null,
        reason: record.reason,
        about: about === undefined ? null : personRef(about, names),
        keys: keysOf(record),
        holdsAgreements: record.kind === "server_name" || record.kind === "pinned_keys",
        allowed: [
          ...(mayDecide(actor, record) ? ["approve" as const] : []),
          ...(mayReject(actor, record) ? ["reject" as const] : []),
        ],
      },
    ];
  });
};

/** Changes that wait for, or were decided by, an agency's own approver; newest first. */
export const listChanges = (
  actor: Actor,
  { cursor, limit, agency, state }: ChangeQuery,
): Promise<Result<z.input<typeof ChangePage>, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const before = idFrom(LIST, cursor);
    if (!before.ok) return before;
    const rows = await readChanges(
      tx,
      { agencies: agency === undefined ? undefined : [agency], state },
      before.value,
      limit + 1,
    );
    const page = cut(LIST, rows, limit, ({ id }) => [id]);
    return ok({ items: await changeViews(tx, actor, page.shown), next: page.next });
  });

/** One change, for whoever may see it: its agency, and the federation's coordinators. */
export const readChange = (
  actor: Actor,
  { id }: { readonly id: ChangeId },
): Promise<Result<z.input<typeof ChangeView>, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const change = await getChange(tx, id);
    const [view] = change === undefined ? [] : await changeViews(tx, actor, [change]);
    return view === undefined ? err(refusal("not_found")) : ok(view);
  });

const judge = async (
  tx: Tx,
  actor: Actor,
  change: ChangeRecord,
  decision: DecideChange["decision"],
): Promise<Refusal | undefined> => {
  if (!hasRole(actor, change.agency, "approver")) return refusal("not_permitted");
  const weak = decidingRefusal(actor, await rulesOf(tx));
  if (weak !== undefined) return refusal(weak);
  if (change.state !== "open") return refusal("change_not_open");
  return decision === "approve" && change.proposedBy === actor.person ? refusal("own_change") : undefined;
};

/**
 * An approver's word on a change to their own agency. Under a lock of the proposal, so exactly one decides; what is
 * approved takes effect in the same transaction, on a shared homeserver when the last active agency there has approved.
 * Nobody approves what they proposed.
 */
export const decideChange = (actor: Actor, { id, decision, reason }: Wish): Promise<Result<ChangeView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const change = await lockChange(tx, id);
    const subject = toPublicId("chg", id);
    if (change === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const refused = await judge(tx, actor, change, decision);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const state = decision === "approve" ? "approved" : "rejected";
    await closeChange(tx, id, { state, by: actor.person, reason, at: systemClock.now() });
    await appendAudit(tx, {
      kind: `change.${state}`,
      subject,
      agencyIds: [change.agency],
      details: { change: change.kind, ...(reason === undefined ? {} : { reason }) },
    });
    if (decision === "approve" && (await passOnChange(tx, change)) === undefined) {
      const applied = await applyChange(tx, actor, change);
      if (!applied.ok) return refuse(tx, actor, applied.error, subject);
    }
    await notifyEvent(tx, { topic: "change", id: subject, version: 2 });
    const decided = await getChange(tx, id);
    const [view] = decided === undefined ? [] : await changeViews(tx, actor, [decided]);
    return view === undefined ? err(refusal("internal")) : ok(view);
  });
