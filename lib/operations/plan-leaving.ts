import type { AgencyView, PlanLeaving } from "#lib/contracts/directory.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgency, lockAgency, reachOfLeaving, updateAgency } from "#lib/data/directory.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { inTransaction, refuse } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyView } from "./agency-views.ts";

type Wish = PlanLeaving & { readonly id: AgencyId; readonly version: number };

/** A coordinator decides when an agency leaves, or that it stays after all. The worker ends it on the day. */
export const planLeaving = (actor: Actor, { id, version, at, reason }: Wish): Promise<Result<AgencyView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockAgency(tx, id);
    const agency = await getAgency(tx, id);
    if (agency === undefined) return err(refusal("not_found"));
    const subject = toPublicId("agy", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    if (!isCoordinator(actor)) return say(refusal("not_permitted"));
    if (actor.credential.kind === "token") return say(refusal("tokens_never_decide"));
    if (agency.version !== version) return say(refusal("stale_version", { params: { current: agency.version } }));
    if (agency.state === "left" || (at === null && agency.leavesAt === undefined))
      return say(refusal("move_not_allowed"));
    if (at !== null && at <= systemClock.now())
      return say(refusal("date_passed", { fields: [{ path: "at", code: "date_passed" }] }));
    await updateAgency(tx, id, { leavesAt: at === null ? null : instant(at) });
    const { partners } = await reachOfLeaving(tx, id);
    await appendAudit(tx, {
      kind: at === null ? "agency.stays" : "agency.leaving",
      subject,
      agencyIds: [id, ...partners],
      details: { at, reason },
    });
    const now = await getAgency(tx, id);
    if (now === undefined) return err(refusal("not_found"));
    await notifyEvent(tx, { topic: "agency", id: subject, version: now.version });
    return ok(await agencyView(tx, actor, now));
  });
