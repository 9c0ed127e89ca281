import type { GrantMembership, MembershipOutcome } from "#lib/contracts/people.ts";
import { appendAudit } from "#lib/data/audit.ts";
import {
  addMembership,
  countInRole,
  endMemberships,
  findAgencyOf,
  findMembership,
  findOperator,
  findPerson,
  lockRoles,
} from "#lib/data/people.ts";
import { openSignIn } from "#lib/data/sign-in.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor, Role } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, idOf, type MembershipId, type OperatorId, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { proposeApproverChange } from "./change-approvers.ts";
import { mayGive, needsApprover } from "./role-rules.ts";

type Outcome = Promise<Result<MembershipOutcome, Refusal>>;
type Place = {
  readonly person: PersonId;
  readonly role: Role;
  readonly agency: AgencyId | null;
  readonly operator: OperatorId | null;
};

/**
 * Gives a person a role, or asks the agency's own approver first where the rules say so. The caller has checked who asks.
 *
 * @param askedBy who wished it: of an invitation its sender, never the one who redeems it
 */
export const giveRole = async (tx: Tx, place: Place, askedBy: PersonId | undefined): Promise<MembershipOutcome> => {
  const agency = place.agency === null ? undefined : await findAgencyOf(tx, place.agency);
  if (agency !== undefined && (await needsApprover(tx, place.role, agency))) {
    const wish = { action: "grant", person: place.person } as const;
    const change = await proposeApproverChange(tx, { agency: agency.id, proposedBy: askedBy, wish });
    return { state: "awaiting_approver", membership: null, change: toPublicId("chg", change) };
  }
  const id = idOf("mem", newId());
  await addMembership(tx, {
    id,
    person: place.person,
    role: place.role,
    agency: place.agency ?? undefined,
    operator: place.operator ?? undefined,
    at: systemClock.now(),
  });
  await appendAudit(tx, {
    kind: "membership.granted",
    subject: toPublicId("mem", id),
    agencyIds: place.agency === null ? [] : [place.agency],
    details: { role: place.role, person: place.person },
  });
  return { state: "granted", membership: toPublicId("mem", id), change: null };
};

/** Gives another role to a person who is here already. */
export const grantMembership = (actor: Actor, wish: GrantMembership): Outcome =>
  inTransaction(actor, async (tx): Outcome => {
    const { person, role, agency, operator } = wish;
    if (!mayGive(actor, agency)) return refuse(tx, actor, refusal("not_permitted"), toPublicId("per", person));
    await openSignIn(tx);
    const found = await findPerson(tx, person);
    const placed =
      (agency === null || (await findAgencyOf(tx, agency)) !== undefined) &&
      (operator === null || (await findOperator(tx, operator)) !== undefined);
    if (found === undefined || found.disabled || !placed)
      return refuse(tx, actor, refusal("not_found"), toPublicId("per", person));
    const held = found.memberships.find(
      (one) => one.role === role && (one.agency?.id ?? null) === agency && (one.operator?.id ?? null) === operator,
    );
    if (held !== undefined) return ok({ state: "granted", membership: toPublicId("mem", held.id), change: null });
    return ok(await giveRole(tx, { person, role, agency, operator }, actor.person));
  });

/** Ends a role. An active agency's approver goes only with its own approver's leave, and its last one stays. */
export const endMembership = (actor: Actor, { id }: { id: MembershipId }): Outcome =>
  inTransaction(actor, async (tx): Outcome => {
    await openSignIn(tx);
    await lockRoles(tx);
    const held = await findMembership(tx, id);
    if (held === undefined || !mayGive(actor, held.agency?.id ?? null)) {
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("mem", id));
    }
    if (held.role === "coordinator" && (await countInRole(tx, "coordinator", undefined)) <= 1) {
      return refuse(tx, actor, refusal("last_coordinator"), toPublicId("mem", id));
    }
    if (held.agency !== undefined && (await needsApprover(tx, held.role, held.agency))) {
      if ((await countInRole(tx, "approver", held.agency.id)) <= 1) {
        return refuse(tx, actor, refusal("last_approver"), toPublicId("mem", id));
      }
      const wish = { action: "end", person: held.person, membership: id } as const;
      const change = await proposeApproverChange(tx, { agency: held.agency.id, proposedBy: actor.person, wish });
      return ok({ state: "awaiting_approver", membership: toPublicId("mem", id), change: toPublicId("chg", change) });
    }
    await endMemberships(tx, { id }, systemClock.now());
    await appendAudit(tx, {
      kind: "membership.ended",
      subject: toPublicId("mem", id),
      agencyIds: held.agency === undefined ? [] : [held.agency.id],
      details: { role: held.role },
    });
    return ok({ state: "ended", membership: toPublicId("mem", id), change: null });
  });
