import type { AgencyPage, AgencyQuery } from "#lib/contracts/directory.ts";
import { getAgency, listAgencies as readAgencies } from "#lib/data/directory.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { agencySummary, agencyView, type Relations, relationsOf } from "./agency-views.ts";
import { cursorFrom, cut } from "./cursors.ts";

const LIST = "agencies";

const byRelation = (actor: Actor, relation: AgencyQuery["relation"], relations: Relations) => {
  const mine = agenciesOf(actor);
  if (relation === undefined) return {};
  if (relation === "self") return { ids: mine };
  if (relation === "none") return { notIds: [...mine, ...relations.keys()] };
  return { ids: [...relations].filter(([, held]) => held.relation === relation).map(([id]) => id) };
};

/** The directory, by Swedish name. Every member reads it. */
export const listAgencies = (actor: Actor, query: AgencyQuery): Promise<Result<AgencyPage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const cursor = cursorFrom(LIST, query.cursor);
    if (!cursor.ok) return cursor;
    const [name, id] = cursor.value ?? [];
    const after = typeof name === "string" && typeof id === "string" ? { name, id } : undefined;
    const relations = await relationsOf(tx, actor);
    const filter = { q: query.q, state: query.state, memberClass: query.memberClass };
    const rows = await readAgencies(
      tx,
      { ...filter, ...byRelation(actor, query.relation, relations) },
      after,
      query.limit + 1,
    );
    const { shown, next } = cut(LIST, rows, query.limit, (row) => [row.nameSv, row.id]);
    return ok({ items: shown.map((agency) => agencySummary(actor, agency, relations)), next });
  });

/** One agency. Every member reads it. */
export const readAgency = (actor: Actor, { id }: { readonly id: AgencyId }) =>
  inTransaction(actor, async (tx) => {
    const agency = await getAgency(tx, id);
    return agency === undefined ? err(refusal("not_found")) : ok(await agencyView(tx, actor, agency));
  });
