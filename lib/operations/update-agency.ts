import type { AgencyView, SetAgencyState, UpdateAgency } from "#lib/contracts/directory.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { proposeChange } from "#lib/data/changes.ts";
import {
  type AgencyPatch,
  type AgencyRecord,
  getAgency,
  lockAgency,
  reachOfLeaving,
  updateAgency as save,
} from "#lib/data/directory.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { addReview } from "#lib/data/upkeep.ts";
import { type Actor, hasRole, isCoordinator } from "#lib/domain/access.ts";
import type { AuditKind } from "#lib/domain/audit.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyView } from "./agency-views.ts";

type Target = { readonly id: AgencyId; readonly version: number };

const finish = async (tx: Tx, actor: Actor, id: AgencyId): Promise<Result<AgencyView, Refusal>> => {
  const agency = await getAgency(tx, id);
  if (agency === undefined) return err(refusal("not_found"));
  await notifyEvent(tx, { topic: "agency", id: toPublicId("agy", id), version: agency.version });
  return ok(await agencyView(tx, actor, agency));
};

const patchOf = ({ name, memberClass, country, approversRequired }: UpdateAgency): AgencyPatch => ({
  ...(name === undefined ? {} : { nameSv: name.sv, nameEn: name.en }),
  ...(memberClass === undefined ? {} : { memberClass }),
  ...(country === undefined ? {} : { country }),
  ...(approversRequired === undefined ? {} : { approversRequired }),
});

const lacksIncident = ({ state }: AgencyRecord, contacts: UpdateAgency["contacts"]): boolean =>
  state === "active" && contacts !== undefined && !contacts.some(({ kind }) => kind === "incident");

/** A second pair of eyes is not put away by one person: fewer approvers waits for the agency's own other approver. */
const proposeFewer = async (tx: Tx, actor: Actor, agency: AgencyRecord): Promise<void> => {
  const id = await proposeChange(tx, {
    agency: agency.id,
    kind: "approvers_required",
    before: { approversRequired: agency.approversRequired },
    after: { approversRequired: 1 },
    proposedBy: actor.person,
    at: systemClock.now(),
  });
  const subject = toPublicId("chg", id);
  const details = { change: "approvers_required" };
  await appendAudit(tx, { kind: "change.proposed", subject, agencyIds: [agency.id], details });
  await notifyEvent(tx, { topic: "change", id: subject, version: 1 });
};

/**
 * Changes an agency's entry. Its administrators change contacts and how many approvers it asks of itself; name, class and
 * country are what the federation vouches for, so they are the coordinator's. Fewer approvers for an active agency becomes
 * a proposal to its own approver.
 */
export const updateAgency = (actor: Actor, { id, version, ...asked }: UpdateAgency & Target) =>
  inTransaction(actor, async (tx): Promise<Result<AgencyView, Refusal>> => {
    await lockAgency(tx, id);
    const agency = await getAgency(tx, id);
    if (agency === undefined) return err(refusal("not_found"));
    const subject = toPublicId("agy", id);
    const fewer = asked.approversRequired === 1 && agency.approversRequired === 2 && agency.state === "active";
    const { approversRequired, ...others } = asked;
    const wish: UpdateAgency = fewer ? others : asked;
    const vouched = wish.name !== undefined || wish.memberClass !== undefined || wish.country !== undefined;
    const administers = isCoordinator(actor) || hasRole(actor, id, "administrator");
    if (!administers || (vouched && !isCoordinator(actor))) return refuse(tx, actor, refusal("not_permitted"), subject);
    if (agency.version !== version)
      return refuse(tx, actor, refusal("stale_version", { params: { current: agency.version } }), subject);
    if (lacksIncident(agency, wish.contacts))
      return refuse(
        tx,
        actor,
        refusal("incident_contact_required", { fields: [{ path: "contacts", code: "incident_contact_required" }] }),
        subject,
      );
    if (fewer) await proposeFewer(tx, actor, agency);
    if (fewer && Object.keys(others).length === 0) return finish(tx, actor, id);
    await save(tx, id, patchOf(wish), wish.contacts);
    // Who has just written the contacts has looked through them; a coordinator's word is not the agency's own.
    if (wish.contacts !== undefined && hasRole(actor, id, "administrator"))
      await addReview(tx, { agency: id, review: "contacts", person: actor.person, at: systemClock.now() });
    const kind: AuditKind = wish.contacts === undefined ? "agency.updated" : "agency.contacts_changed";
    await appendAudit(tx, { kind, subject, agencyIds: [id], details: { fields: Object.keys(wish).toSorted() } });
    return finish(tx, actor, id);
  });

const AUDIT_OF = { active: "agency.activated", suspended: "agency.suspended", left: "agency.left" } as const;
const FROM = {
  active: ["invited", "suspended"],
  suspended: ["active"],
  left: ["invited", "active", "suspended"],
} as const;

/**
 * Activates, suspends or ends a membership: a coordinator's act. Its servers are looked at again at once, and where it
 * leaves, those of its partners too: its agreements open nothing from then on, and the partners' logs say so.
 */
export const setAgencyState = (actor: Actor, { id, version, state, reason }: SetAgencyState & Target) =>
  inTransaction(actor, async (tx): Promise<Result<AgencyView, Refusal>> => {
    await lockAgency(tx, id);
    const agency = await getAgency(tx, id);
    if (agency === undefined) return err(refusal("not_found"));
    const subject = toPublicId("agy", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    if (!isCoordinator(actor)) return say(refusal("not_permitted"));
    if (actor.credential.kind === "token") return say(refusal("tokens_never_decide"));
    if (agency.version !== version) return say(refusal("stale_version", { params: { current: agency.version } }));
    if (!FROM[state].some((from) => from === agency.state)) return say(refusal("move_not_allowed"));
    if (state === "active" && !agency.contacts.some(({ kind }) => kind === "incident"))
      return say(refusal("incident_contact_required"));
    if (state !== "active" && reason === undefined)
      return say(refusal("reason_required", { fields: [{ path: "reason", code: "reason_required" }] }));
    const reach = state === "left" ? await reachOfLeaving(tx, id) : { partners: [], servers: [] };
    await save(tx, id, state === "left" ? { state, leftAt: systemClock.now(), leavesAt: null } : { state });
    await appendAudit(tx, {
      kind: AUDIT_OF[state],
      subject,
      agencyIds: [id, ...reach.partners],
      details: { state, ...(reason === undefined ? {} : { reason }) },
    });
    await wakeReconciler(tx, [...agency.homeservers.map((server) => server.id), ...reach.servers], actor.traceId);
    return finish(tx, actor, id);
  });
