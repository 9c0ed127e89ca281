import type { PersonView } from "#lib/contracts/people.ts";
import { countInRole, type HeldMembership, type PersonRecord } from "#lib/data/people.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator, type Role } from "#lib/domain/access.ts";
import type { AgencyId } from "#lib/domain/ids.ts";

/** A token manages nobody: whoever steals one must not be able to bring in a person. */
const interactive = ({ credential }: Actor): boolean => credential.kind !== "token";

/** Coordinators give every role; an agency's administrators the roles of their own agency. */
export const mayGive = (actor: Actor, agency: AgencyId | null): boolean =>
  interactive(actor) && (isCoordinator(actor) || (agency !== null && hasRole(actor, agency, "administrator")));

/** The agencies whose people the actor manages; undefined for all. */
export const managedBy = (actor: Actor): readonly AgencyId[] | undefined =>
  isCoordinator(actor) ? undefined : agenciesOf(actor, "administrator");

const manages = (actor: Actor, { agency }: HeldMembership): boolean =>
  agency !== undefined && hasRole(actor, agency.id, "administrator");

/** An administrator disables only who belongs nowhere else; nobody disables themselves. */
export const mayDisable = (actor: Actor, person: PersonRecord): boolean =>
  interactive(actor) &&
  actor.person !== person.id &&
  (isCoordinator(actor) || (person.memberships.length > 0 && person.memberships.every((held) => manages(actor, held))));

/** Erasing cannot be undone: a coordinator does it, and not to themselves. */
export const mayErase = (actor: Actor, person: PersonRecord): boolean =>
  interactive(actor) && isCoordinator(actor) && actor.person !== person.id;

export const allowedFor = (actor: Actor, person: PersonRecord): PersonView["allowed"] => {
  const may: PersonView["allowed"] = [];
  // Of who was erased nothing is left to act on.
  if (person.name === undefined) return may;
  if (mayDisable(actor, person)) may.push(person.disabled ? "enable" : "disable");
  if (mayErase(actor, person)) may.push("erase");
  return may;
};

/** Without a coordinator nobody could ever name one again. */
export const isLastCoordinator = async (tx: Tx, person: PersonRecord): Promise<boolean> =>
  !person.disabled &&
  person.memberships.some(({ role }) => role === "coordinator") &&
  (await countInRole(tx, "coordinator", undefined)) <= 1;

/**
 * Whether giving or ending that role needs the agency's own approver: the role of approver, in an active agency that has
 * one. The first approver of an agency has nobody to ask.
 */
export const needsApprover = async (
  tx: Tx,
  role: Role,
  agency: { readonly id: AgencyId; readonly state: string } | undefined,
): Promise<boolean> =>
  role === "approver" && agency?.state === "active" && (await countInRole(tx, "approver", agency.id)) > 0;
