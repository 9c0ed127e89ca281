import { appendAudit } from "#lib/data/audit.ts";
import { type ChangeRecord, proposeChange } from "#lib/data/changes.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { getHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { alsoFor } from "#lib/data/sign-in.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import { type AgencyId, type ChangeId, toPublicId } from "#lib/domain/ids.ts";
import { systemClock } from "#lib/platform/clock.ts";

/** The agencies on a homeserver consent in the order of their ids, beginning with the first active one. */
const nextToConsent = async (tx: Tx, { agency, homeserver }: ChangeRecord): Promise<AgencyId | undefined> => {
  const server = homeserver === undefined ? undefined : await getHomeserver(tx, homeserver);
  const served = await getAgencies(tx, server?.agencies ?? []);
  return served
    .filter(({ id, state }) => state === "active" && byCodePoint(id, agency) > 0)
    .map(({ id }) => id)
    .toSorted(byCodePoint)[0];
};

/**
 * Puts a change that one agency has approved before the next active agency on the same homeserver, for it relies on that
 * server as much. In the transaction of the approval.
 *
 * @returns the new proposal; undefined when all have approved, and the change may take effect
 */
export const passOnChange = async (tx: Tx, change: ChangeRecord): Promise<ChangeId | undefined> => {
  // New keys were put before every agency there at once, when they were found.
  const agency = change.kind === "pinned_keys" ? undefined : await nextToConsent(tx, change);
  if (agency === undefined || change.homeserver === undefined) return undefined;
  const { homeserver, kind, proposedBy } = change;
  await alsoFor(tx, agency);
  const id = await proposeChange(tx, {
    agency,
    homeserver,
    kind,
    before: JSON.parse(JSON.stringify(change.before)),
    after: JSON.parse(JSON.stringify(change.after)),
    proposedBy,
    at: systemClock.now(),
  });
  const subject = toPublicId("chg", id);
  const details = { homeserver: toPublicId("hs", homeserver), approvedBefore: toPublicId("chg", change.id) };
  await appendAudit(tx, { kind: "change.proposed", subject, agencyIds: [change.agency, agency], details });
  await notifyEvent(tx, { topic: "change", id: subject, version: 1 });
  return id;
};
