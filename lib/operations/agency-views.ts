import type { AgencyAction, AgencySummary, AgencyView, Relation } from "#lib/contracts/directory.ts";
import { listChanges } from "#lib/data/changes.ts";
import type { AgencyRecord } from "#lib/data/directory.ts";
import { hasApprover } from "#lib/data/directory.ts";
import { getHomeservers } from "#lib/data/homeservers.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, listAgreements, stateOf } from "#lib/data/trust.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { agencyRef } from "./people-views.ts";

/** The caller's own agencies against every other: the agreement that is not closed, by the other agency's id. */
export type Relations = ReadonlyMap<AgencyId, { readonly relation: Relation; readonly agreement: AgreementRecord }>;

const MANY = 1_000;

const relationOf = (record: AgreementRecord): Relation => {
  const state = stateOf(record);
  if (record.stage !== "agreed") return "pending";
  return state !== undefined && (state.suspendedBy.size > 0 || state.awaitingReconsent.size > 0)
    ? "suspended"
    : "trusted";
};

/** What the caller's agencies have with others, newest agreement first. */
export const relationsOf = async (tx: Tx, actor: Actor): Promise<Relations> => {
  const mine = agenciesOf(actor);
  if (mine.length === 0) return new Map();
  const records = await listAgreements(tx, { notStage: "closed", agencies: mine }, undefined, MANY);
  const found = new Map<AgencyId, { relation: Relation; agreement: AgreementRecord }>();
  for (const agreement of records) {
    const sides = new Set(agreement.parties.filter(({ agency }) => mine.includes(agency)).map(({ side }) => side));
    for (const { agency, side } of agreement.parties) {
      if (!sides.has(side) && !found.has(agency)) found.set(agency, { relation: relationOf(agreement), agreement });
    }
  }
  return found;
};

export const agencySummary = (actor: Actor, agency: AgencyRecord, relations: Relations): AgencySummary => {
  const held = relations.get(agency.id);
  return {
    ...agencyRef(agency),
    scheme: agency.scheme,
    memberClass: agency.memberClass,
    country: agency.country,
    state: agency.state,
    relation: agenciesOf(actor).includes(agency.id) ? "self" : (held?.relation ?? "none"),
    agreement: held === undefined ? null : toPublicId("agr", held.agreement.id),
    homeservers: agency.homeservers.map(({ id, serverName, platform }) => ({
      id: toPublicId("hs", id),
      serverName,
      platform,
    })),
    connected: agency.homeservers.length > 0,
  };
};

const asksTrust = (actor: Actor, agency: AgencyRecord, relations: Relations): boolean =>
  agency.state === "active" &&
  agency.homeservers.length > 0 &&
  !relations.has(agency.id) &&
  agenciesOf(actor, "administrator", "approver").some((mine) => mine !== agency.id) &&
  !agenciesOf(actor).includes(agency.id);

const allowedOn = (actor: Actor, agency: AgencyRecord, relations: Relations): AgencyAction[] => {
  const coordinator = isCoordinator(actor);
  const administers = coordinator || hasRole(actor, agency.id, "administrator");
  const may: [AgencyAction, boolean][] = [
    ["update", administers],
    ["update_identity", coordinator],
    ["activate", coordinator && (agency.state === "invited" || agency.state === "suspended")],
    ["suspend", coordinator && agency.state === "active"],
    ["leave", coordinator && agency.state !== "left"],
    ["add_homeserver", administers && agency.state !== "left"],
    ["invite_people", administers],
    ["request_trust", asksTrust(actor, agency, relations)],
  ];
  return may.flatMap(([action, yes]) => (yes ? [action] : []));
};

const onboardingOf = async (tx: Tx, actor: Actor, agency: AgencyRecord): Promise<AgencyView["onboarding"]> => {
  const servers = await getHomeservers(
    tx,
    agency.homeservers.map(({ id }) => id),
  );
  const knowsRoles = isCoordinator(actor) || agenciesOf(actor).includes(agency.id);
  const state = (passes: boolean) => (passes ? "pass" : "fail");
  return [
    { check: "incident_contact", state: state(agency.contacts.some(({ kind }) => kind === "incident")) },
    { check: "homeserver", state: state(servers.length > 0) },
    {
      check: "keys_pinned",
      state: servers.length === 0 ? "unknown" : state(servers.every(({ identityState }) => identityState === "pinned")),
    },
    // Who holds which role is for the agency itself and the coordinators to see.
    { check: "approver", state: knowsRoles ? state(await hasApprover(tx, agency.id)) : "unknown" },
    { check: "active", state: state(agency.state === "active") },
  ];
};

export const agencyView = async (tx: Tx, actor: Actor, agency: AgencyRecord): Promise<AgencyView> => {
  const relations = await relationsOf(tx, actor);
  const open = await listChanges(tx, { agencies: [agency.id], state: "open" }, undefined, MANY);
  return {
    ...agencySummary(actor, agency, relations),
    approversRequired: agency.approversRequired,
    contacts: agency.contacts.map((contact) => ({ ...contact })),
    onboarding: await onboardingOf(tx, actor, agency),
    openChanges: open.map(({ id }) => toPublicId("chg", id)),
    allowed: allowedOn(actor, agency, relations),
    leavesAt: agency.leavesAt ?? null,
    version: agency.version,
    createdAt: agency.createdAt,
  };
};
