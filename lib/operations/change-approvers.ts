import { z } from "zod";
import { appendAudit } from "#lib/data/audit.ts";
import { proposeChange } from "#lib/data/changes.ts";
import { addMembership, endMemberships, findMembership, findPerson } from "#lib/data/people.ts";
import { alsoFor, openSignIn } from "#lib/data/sign-in.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type AgencyId, type ChangeId, idOf, type MembershipId, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";

/** What a proposal of kind `approver_role` holds in `after`; ids are bare. */
const Wish = z.discriminatedUnion("action", [
  z.object({ action: z.literal("grant"), person: z.uuid() }),
  z.object({ action: z.literal("end"), membership: z.uuid(), person: z.uuid() }),
]);

type Proposal = {
  readonly agency: AgencyId;
  readonly proposedBy: PersonId | undefined;
  readonly wish:
    | { readonly action: "grant"; readonly person: PersonId }
    | { readonly action: "end"; readonly person: PersonId; readonly membership: MembershipId };
};

/** Puts a change of an active agency's approvers before that agency's own approver. */
export const proposeApproverChange = async (tx: Tx, { agency, proposedBy, wish }: Proposal): Promise<ChangeId> => {
  await alsoFor(tx, agency);
  const id = await proposeChange(tx, {
    agency,
    kind: "approver_role",
    before: {},
    after: { ...wish },
    proposedBy,
    at: systemClock.now(),
  });
  await appendAudit(tx, {
    kind: "change.proposed",
    subject: toPublicId("chg", id),
    agencyIds: [agency],
    details: { change: "approver_role", action: wish.action, person: wish.person },
  });
  return id;
};

/**
 * Carries out an approved change of kind `approver_role`, in the transaction of its approval.
 *
 * @param after the proposal's `after`
 * @returns `gone` where the person or the membership is no longer there to change
 */
export const applyApproverChange = async (tx: Tx, agency: AgencyId, after: unknown): Promise<"applied" | "gone"> => {
  const wish = Wish.parse(after);
  await openSignIn(tx);
  const now = systemClock.now();
  if (wish.action === "end") {
    const held = await findMembership(tx, idOf("mem", wish.membership));
    if (held?.agency?.id !== agency || held.role !== "approver") return "gone";
    await endMemberships(tx, { id: held.id }, now);
    await appendAudit(tx, {
      kind: "membership.ended",
      subject: toPublicId("mem", held.id),
      agencyIds: [agency],
      details: { role: "approver" },
    });
    return "applied";
  }
  const person = await findPerson(tx, idOf("per", wish.person));
  if (person === undefined || person.disabled) return "gone";
  if (person.memberships.some((held) => held.role === "approver" && held.agency?.id === agency)) return "applied";
  const id = idOf("mem", newId());
  await addMembership(tx, { id, person: person.id, role: "approver", agency, operator: undefined, at: now });
  await appendAudit(tx, {
    kind: "membership.granted",
    subject: toPublicId("mem", id),
    agencyIds: [agency],
    details: { role: "approver" },
  });
  return "applied";
};
