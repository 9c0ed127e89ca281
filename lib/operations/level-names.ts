import type { LevelNamesView, SetLevelNames } from "#lib/contracts/level-names.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { levelNamesOf, putLevelNames } from "#lib/data/level-names.ts";
import { lockName } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, hasRole } from "#lib/domain/access.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

type One = { readonly id: AgencyId };

const viewOf = async (tx: Tx, actor: Actor, id: AgencyId): Promise<LevelNamesView> => {
  const known = await levelNamesOf(tx, id);
  return {
    agency: toPublicId("agy", id),
    number: known?.number ?? 0,
    names: LEVELS.map((level) => known?.names[level] ?? null),
    maySet: hasRole(actor, id, "administrator") && actor.credential.kind !== "token",
  };
};

/** What an agency calls each level of the federation's scale; every member reads it. */
export const readLevelNames = (actor: Actor, { id }: One): Promise<Result<LevelNamesView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const [agency] = await getAgencies(tx, [id]);
    return agency === undefined ? err(refusal("not_found")) : ok(await viewOf(tx, actor, id));
  });

/**
 * Sets an agency's own words for the levels: its administrator's act. Terms that were frozen keep the words that they
 * were frozen with; what is asked for or amended from now on has the new ones.
 */
export const setLevelNames = (
  actor: Actor,
  { id, number, names }: SetLevelNames & One,
): Promise<Result<LevelNamesView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agy", id);
    if (!hasRole(actor, id, "administrator")) return refuse(tx, actor, refusal("not_permitted"), subject);
    await lockName(tx, `level_names:${id}`);
    const current = (await levelNamesOf(tx, id))?.number ?? 0;
    if (current !== number) return refuse(tx, actor, refusal("stale_version", { params: { current } }), subject);
    await putLevelNames(tx, id, { number: number + 1, names: names.map((name) => name ?? undefined) });
    await appendAudit(tx, { kind: "agency.levels_named", subject, agencyIds: [id], details: { names: [...names] } });
    return ok(await viewOf(tx, actor, id));
  });
