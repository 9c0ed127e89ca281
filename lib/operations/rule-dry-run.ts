import type { DryRunView, TryRule } from "#lib/contracts/approval-rules.ts";
import { type ApprovalRuleRecord, getApprovalRule, requestsSince } from "#lib/data/approval-rules.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { storedClause, storedClauses } from "#lib/data/stored-clauses.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, hasRole } from "#lib/domain/access.ts";
import { judgeBy } from "#lib/domain/approval-rule.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type ApprovalRuleId, toPublicId } from "#lib/domain/ids.ts";
import { DAY, instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { askedOf } from "#lib/domain/rules.ts";
import { STAGES } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { agencyRef } from "./people-views.ts";

const YEAR = 365 * DAY;
const MOST = 500;

type Tried = Pick<ApprovalRuleRecord, "agency" | "direction" | "clauses">;

/**
 * Holds a rule against what was asked in the past year, as it was first asked: what it would have consented to, with a
 * reason for each demand. The digest covers the demands and every answer.
 */
export const dryRunOf = async (tx: Tx, { agency, direction, clauses }: Tried): Promise<DryRunView> => {
  const since = instant(systemClock.now() - YEAR);
  const requests = await requestsSince(tx, { agency, direction, since }, MOST);
  const found = await getAgencies(tx, [...new Set(requests.flatMap(({ others }) => others))]);
  const byId = new Map(found.map((each) => [each.id, each]));
  const items = requests.map(({ agreement, at, stage, terms, others: ids }) => {
    const others = ids.flatMap((id) => byId.get(id) ?? []);
    const { fits, verdicts } = judgeBy({ clauses }, askedOf(terms, others, at));
    return {
      agreement: toPublicId("agr", agreement),
      others: others.map(agencyRef),
      at,
      stage: STAGES.find((each) => each === stage) ?? "requested",
      fits: fits && others.length > 0,
      verdicts: verdicts.map(({ clause, found: said, ...rest }) => ({
        ...rest,
        clause: storedClause(clause),
        found: [...said],
      })),
    };
  });
  const digest = digestOf({
    type: "tillit.dry-run.v1",
    direction,
    clauses: storedClauses(clauses),
    answers: items.map(({ agreement, fits }) => ({ agreement, fits })),
  });
  return { looked: items.length, fitting: items.filter(({ fits }) => fits).length, digest, items };
};

/** Tries demands on the past year before they are proposed; nothing is kept. */
export const tryRule = (
  actor: Actor,
  { id, ...tried }: TryRule & { readonly id: AgencyId },
): Promise<Result<DryRunView, Refusal>> =>
  inTransaction(actor, async (tx) =>
    hasRole(actor, id, "approver", "administrator", "auditor")
      ? ok(await dryRunOf(tx, { agency: id, ...tried }))
      : err(refusal("not_permitted")),
  );

/** What a rule that stands or is proposed would have consented to. */
export const readDryRun = (
  actor: Actor,
  { id }: { readonly id: ApprovalRuleId },
): Promise<Result<DryRunView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const rule = await getApprovalRule(tx, id);
    if (rule === undefined) return refuse(tx, actor, refusal("not_found"), toPublicId("rul", id));
    return ok(await dryRunOf(tx, rule));
  });
