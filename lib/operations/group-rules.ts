import type { GroupRecord } from "#lib/data/groups.ts";
import { type Actor, hasRole, isCoordinator } from "#lib/domain/access.ts";
import type { GroupMove, GroupState } from "#lib/domain/group.ts";
import type { AgencyId } from "#lib/domain/ids.ts";

/**
 * Whether the person's role reaches for the move: administrators and approvers ask their own approvers, approvers
 * decide; a coordinator, and the approvers of the agency that drafted it, say that the group is to end.
 */
export const mayActInGroup = (
  actor: Actor,
  { maker }: Pick<GroupRecord, "maker">,
  move: GroupMove,
  agency: AgencyId | undefined,
): boolean => {
  if (agency === undefined) return move === "end" && isCoordinator(actor);
  if (move === "end") return agency === maker && hasRole(actor, agency, "approver");
  return move === "request" ? hasRole(actor, agency, "administrator", "approver") : hasRole(actor, agency, "approver");
};

/** Whether the person may propose a newcomer: a coordinator, or for a member that takes part. */
export const mayPropose = (actor: Actor, state: GroupState, agency: AgencyId | undefined): boolean => {
  if (agency === undefined) return isCoordinator(actor);
  const takesPart = state.members.get(agency)?.stage === "consented";
  return takesPart && hasRole(actor, agency, "administrator", "approver");
};
