import type { ApprovalRuleList, ApprovalRuleView, DecideRule, ProposeRule } from "#lib/contracts/approval-rules.ts";
import {
  type ApprovalRuleRecord,
  addApprovalRule,
  approveRuleRow,
  approversOf,
  approvesFor,
  consentsByRules,
  getApprovalRule,
  listApprovalRules as listRows,
  stopRuleRow,
} from "#lib/data/approval-rules.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { lockName } from "#lib/data/rules.ts";
import { storedClauses } from "#lib/data/stored-clauses.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal, hasRole } from "#lib/domain/access.ts";
import { decideRule, LONGEST_RULE, RULE_MOVES, type RuleMove, ruleLock, ruleState } from "#lib/domain/approval-rule.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type ApprovalRuleId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { personRef } from "./people-views.ts";
import { dryRunOf } from "./rule-dry-run.ts";
import { rulesOf } from "./trust-rules.ts";

const MANY = 200;

/** Approvers make rules; whoever acts for the agency stops one. */
const reachesFor = (actor: Actor, agency: AgencyId, move: RuleMove): boolean =>
  actor.credential.kind !== "token" &&
  (move === "stop" ? hasRole(actor, agency, "approver", "administrator") : hasRole(actor, agency, "approver"));

const viewOf = (
  actor: Actor,
  rule: ApprovalRuleRecord,
  known: {
    readonly names: ReadonlyMap<string, string>;
    readonly owners: ReadonlySet<string>;
    readonly consented: ReadonlyMap<string, number>;
  },
): ApprovalRuleView => {
  const now = systemClock.now();
  const { id, agency, owner, approvedBy, stoppedBy, proposedBy, clauses, stopReason, ...rest } = rule;
  const ref = (who: typeof approvedBy) => (who === undefined ? null : personRef(who, known.names));
  return {
    ...rest,
    id: toPublicId("rul", id),
    clauses: storedClauses(clauses),
    owner: personRef(owner, known.names),
    ownerApproves: known.owners.has(owner),
    diarienummer: rule.diarienummer ?? null,
    state: ruleState(rule, now),
    proposedBy: personRef(proposedBy, known.names),
    approvedBy: ref(approvedBy),
    approvedAt: rule.approvedAt ?? null,
    stoppedBy: ref(stoppedBy),
    stoppedAt: rule.stoppedAt ?? null,
    stopReason: stopReason ?? null,
    consented: known.consented.get(id) ?? 0,
    allowed: RULE_MOVES.filter(
      (move) => reachesFor(actor, agency, move) && decideRule(rule, { move, person: actor.person, at: now }).ok,
    ),
  };
};

const listOf = async (tx: Tx, actor: Actor, agency: AgencyId): Promise<ApprovalRuleList> => {
  const rules = await listRows(tx, agency, MANY);
  const owners = await approversOf(tx, agency);
  const people = rules.flatMap(({ owner, proposedBy, approvedBy, stoppedBy }) =>
    [owner, proposedBy, approvedBy, stoppedBy].filter((who) => who !== undefined),
  );
  const known = {
    names: await namesOf(tx, [...people, ...owners]),
    owners: new Set<string>(owners),
    consented: await consentsByRules(
      tx,
      rules.map(({ id }) => id),
    ),
  };
  return {
    items: rules.map((rule) => viewOf(actor, rule, known)),
    owners: owners.map((owner) => personRef(owner, known.names)),
    mayPropose: reachesFor(actor, agency, "approve"),
  };
};

/** An agency's rules, for its own people. */
export const listApprovalRules = (
  actor: Actor,
  { id }: { readonly id: AgencyId },
): Promise<Result<ApprovalRuleList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (!hasRole(actor, id, "approver", "administrator", "auditor"))
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("agy", id));
    return ok(await listOf(tx, actor, id));
  });

const deciding = async (tx: Tx, actor: Actor, agency: AgencyId): Promise<Refusal | undefined> => {
  if (!hasRole(actor, agency, "approver")) return refusal("not_permitted");
  const weak = decidingRefusal(actor, await rulesOf(tx));
  return weak === undefined ? undefined : refusal(weak);
};

/** An approver proposes a rule; nothing is consented to by it before another approver has approved it. */
export const proposeRule = (
  actor: Actor,
  { id: agency, direction, clauses, owner, endsAt, diarienummer }: ProposeRule & { readonly id: AgencyId },
): Promise<Result<ApprovalRuleList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const say = (why: Refusal) => refuse(tx, actor, why, toPublicId("agy", agency));
    const refused = await deciding(tx, actor, agency);
    if (refused !== undefined) return say(refused);
    const now = systemClock.now();
    const at = (code: "date_passed" | "rule_too_long") => refusal(code, { fields: [{ path: "endsAt", code }] });
    if (endsAt <= now) return say(at("date_passed"));
    if (endsAt > now + LONGEST_RULE) return say(at("rule_too_long"));
    if (!(await approvesFor(tx, owner, agency)))
      return say(refusal("owner_not_approver", { fields: [{ path: "owner", code: "owner_not_approver" }] }));
    await lockName(tx, `approval_rules:${agency}`);
    const id = idOf("rul", newId());
    const by = { proposedBy: actor.person, proposedAt: now };
    const rule = { id, agency, direction, clauses, owner, endsAt: instant(endsAt), diarienummer, ...by };
    const number = await addApprovalRule(tx, rule);
    await appendAudit(tx, {
      kind: "approval_rule.proposed",
      subject: toPublicId("rul", id),
      agencyIds: [agency],
      details: {
        rule: number,
        direction,
        clauses: storedClauses(clauses),
        owner: toPublicId("per", owner),
        ends: endsAt,
        ...(diarienummer === undefined ? {} : { diarienummer }),
      },
    });
    await notifyEvent(tx, { topic: "agency", id: toPublicId("agy", agency), version: number });
    return ok(await listOf(tx, actor, agency));
  });

const judge = async (
  tx: Tx,
  actor: Actor,
  rule: ApprovalRuleRecord,
  wish: DecideRule,
): Promise<Refusal | undefined> => {
  const { move } = wish;
  if (!reachesFor(actor, rule.agency, move))
    return refusal(actor.credential.kind === "token" ? "tokens_never_decide" : "not_permitted");
  // To stop never waits for a stronger sign-in.
  const weak = move === "stop" ? undefined : await deciding(tx, actor, rule.agency);
  if (weak !== undefined) return weak;
  const decided = decideRule(rule, { move, person: actor.person, at: systemClock.now() });
  if (!decided.ok) return refusal(decided.error);
  if (wish.move === "stop") return undefined;
  if (!(await approvesFor(tx, rule.owner, rule.agency))) return refusal("owner_not_approver");
  return (await dryRunOf(tx, rule)).digest === wish.digest ? undefined : refusal("dry_run_changed");
};

/**
 * Another approver than who proposed it approves a rule, bound to the dry run that was shown; or one person stops it at
 * once, under the same lock as it consents by.
 */
export const decideApprovalRule = (
  actor: Actor,
  { id, ...wish }: DecideRule & { readonly id: ApprovalRuleId },
): Promise<Result<ApprovalRuleList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("rul", id);
    await lockName(tx, ruleLock(id));
    const rule = await getApprovalRule(tx, id);
    if (rule === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const refused = await judge(tx, actor, rule, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const by = { person: actor.person, at: systemClock.now() };
    if (wish.move === "approve") await approveRuleRow(tx, id, by);
    else await stopRuleRow(tx, id, { ...by, reason: wish.reason });
    const said = wish.move === "approve" ? { dryRun: wish.digest } : { reason: wish.reason };
    await appendAudit(tx, {
      kind: wish.move === "approve" ? "approval_rule.approved" : "approval_rule.stopped",
      subject,
      agencyIds: [rule.agency],
      details: { rule: rule.number, ...said },
    });
    await notifyEvent(tx, { topic: "agency", id: toPublicId("agy", rule.agency), version: rule.number });
    return ok(await listOf(tx, actor, rule.agency));
  });
