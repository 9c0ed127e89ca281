import { z } from "zod";
import type { EnforcementView, SetPoint } from "#lib/contracts/enforcement.ts";
import { forgetAgent } from "#lib/data/agents.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { listChanges, proposeChange } from "#lib/data/changes.ts";
import { eraseCredentialsOf } from "#lib/data/credentials.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { getHomeserver, type HomeserverRecord, lockHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { choosePoint, getPoint, type PointChoice } from "#lib/data/points.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { fieldsNeeded, POINT_KINDS } from "#lib/domain/enforcement.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { enforcementView } from "./enforcement-views.ts";
import { administersServer } from "./homeserver-views.ts";

const Choice = z.object({ kind: z.enum(POINT_KINDS), baseUrl: z.string().nullable() });

/**
 * Makes the choice good. Credentials, or the agent, of the kind and address that are left are
 * erased: they would open nowhere.
 */
export const applyPoint = async (
  tx: Tx,
  server: HomeserverRecord,
  choice: unknown,
): Promise<Result<undefined, Refusal>> => {
  const { kind, baseUrl } = Choice.parse(choice);
  const held = await getPoint(tx, server.id);
  const agency = held?.agency ?? server.agencies[0];
  if (agency === undefined) return err(refusal("not_found"));
  if (held?.kind !== kind || held.baseUrl !== baseUrl) await eraseCredentialsOf(tx, server.id);
  if (held?.kind === "agent" && kind !== "agent") await forgetAgent(tx, held.id);
  const at = systemClock.now();
  await choosePoint(tx, held, { id: newId(), homeserver: server.id, agency, kind, baseUrl, at });
  return ok(undefined);
};

const propose = async (
  tx: Tx,
  actor: Actor,
  server: HomeserverRecord,
  values: { readonly before: PointChoice; readonly after: PointChoice },
): Promise<boolean> => {
  const agencies = await getAgencies(tx, server.agencies);
  const active = agencies.find(({ state }) => state === "active");
  if (active === undefined) return false;
  const id = await proposeChange(tx, {
    agency: active.id,
    homeserver: server.id,
    kind: "enforcement_point",
    before: { ...values.before },
    after: { ...values.after },
    proposedBy: actor.person,
    at: systemClock.now(),
  });
  const subject = toPublicId("chg", id);
  const details = { homeserver: toPublicId("hs", server.id) };
  await appendAudit(tx, { kind: "change.proposed", subject, agencyIds: server.agencies, details });
  await notifyEvent(tx, { topic: "change", id: subject, version: 1 });
  return true;
};

const judge = async (tx: Tx, actor: Actor, server: HomeserverRecord, wish: PointChoice) => {
  if (!administersServer(actor, server)) return refusal("not_permitted");
  // What is watched over a bridge has no list to drive, and what has a list is not watched in its place.
  if ((wish.kind === "mattermost") !== (server.platform === "mattermost")) return refusal("move_not_allowed");
  // A credential goes to an address that someone vouched for, never to one that a look-up happened to give.
  if (wish.baseUrl === null && fieldsNeeded(wish.kind).length > 0)
    return refusal("base_url_required", { fields: [{ path: "baseUrl", code: "base_url_required" }] });
  const open = await listChanges(tx, { homeserver: server.id, state: "open" }, undefined, 50);
  const waits = open.find(({ kind }) => kind === "enforcement_point");
  return waits === undefined ? undefined : refusal("change_waits", { link: `/changes/${toPublicId("chg", waits.id)}` });
};

/**
 * Chooses by which interface, and at which address, the portal drives a homeserver. For an active agency this becomes a
 * proposal for its approver: another address is another place that is believed about what is in force.
 */
export const setPoint = (
  actor: Actor,
  { id, kind, baseUrl }: SetPoint & { readonly id: HomeserverId },
): Promise<Result<EnforcementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockHomeserver(tx, id);
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const subject = toPublicId("hs", id);
    const after = { kind, baseUrl };
    const refused = await judge(tx, actor, server, after);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const held = await getPoint(tx, id);
    const before = { kind: held?.kind ?? "", baseUrl: held?.baseUrl ?? null };
    if (before.kind === kind && before.baseUrl === baseUrl) return ok(await enforcementView(tx, actor, server));
    if (!(await propose(tx, actor, server, { before, after }))) {
      const applied = await applyPoint(tx, server, after);
      if (!applied.ok) return refuse(tx, actor, applied.error, subject);
      const details = { before, after };
      await appendAudit(tx, { kind: "homeserver.point_chosen", subject, agencyIds: server.agencies, details });
      await wakeReconciler(tx, [id], actor.traceId);
    }
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version });
    return ok(await enforcementView(tx, actor, server));
  });
