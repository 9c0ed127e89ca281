import type { MinimumRulesView, SetMinimumRules } from "#lib/contracts/rules.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addMinimum, currentMinimum } from "#lib/data/federation-rules.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { lockName, readFederationRow } from "#lib/data/rules.ts";
import { storedClauses } from "#lib/data/stored-clauses.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { personRef } from "./people-views.ts";
import { rulesOf } from "./trust-rules.ts";

const viewOf = async (tx: Tx, actor: Actor): Promise<MinimumRulesView> => {
  const rules = await currentMinimum(tx);
  const names = await namesOf(tx, rules === undefined ? [] : [rules.person]);
  return {
    number: rules?.number ?? 0,
    clauses: storedClauses(rules?.clauses ?? []),
    setBy: rules === undefined ? null : personRef(rules.person, names),
    at: rules?.at ?? null,
    maySet: isCoordinator(actor) && actor.credential.kind !== "token",
  };
};

/** What no agreement in the federation may undercut; every member reads it. */
export const readMinimumRules = (actor: Actor, _input: object): Promise<Result<MinimumRulesView, Refusal>> =>
  inTransaction(actor, async (tx) => ok(await viewOf(tx, actor)));

/**
 * Sets the minimum rules anew: a coordinator's act, at the level of sign-in that deciding needs. What stands stays as it
 * was agreed; nothing that undercuts them is asked for or consented to from now on.
 */
export const setMinimumRules = (
  actor: Actor,
  { number, clauses }: SetMinimumRules,
): Promise<Result<MinimumRulesView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockName(tx, "minimum_rules");
    const federation = await readFederationRow(tx);
    if (federation === undefined) return err(refusal("not_found"));
    const say = (why: Refusal) => refuse(tx, actor, why, federation.id);
    if (!isCoordinator(actor)) return say(refusal("not_permitted"));
    const weak = decidingRefusal(actor, await rulesOf(tx));
    if (weak !== undefined) return say(refusal(weak));
    const current = (await currentMinimum(tx))?.number ?? 0;
    if (current !== number) return say(refusal("stale_version", { params: { current } }));
    const next = number + 1;
    await addMinimum(tx, { number: next, clauses, person: actor.person, at: systemClock.now() });
    const details = { version: next, clauses: storedClauses(clauses) };
    await appendAudit(tx, { kind: "minimum_rules.set", subject: federation.id, agencyIds: [], details });
    await notifyEvent(tx, { topic: "federation", id: federation.id, version: federation.version });
    return ok(await viewOf(tx, actor));
  });
