import type { GroupList, GroupView } from "#lib/contracts/groups.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { getGroup, listGroups } from "#lib/data/groups.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { GroupId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { groupSummary, groupView } from "./group-views.ts";
import { agencyRef } from "./people-views.ts";

const MANY = 100;

/** The circles and task forces of the reader's agencies, and whether the reader may draft one; all, for a coordinator. */
export const readGroups = (actor: Actor, _input: object): Promise<Result<GroupList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const groups = await listGroups(tx, MANY);
    const own = await getAgencies(tx, [...agenciesOf(actor, "administrator", "approver")]);
    return ok({
      items: groups.map(groupSummary),
      drafts: [...own.map(agencyRef), ...(isCoordinator(actor) ? [null] : [])],
    });
  });

/** One circle or task force. */
export const readGroup = (actor: Actor, { id }: { readonly id: GroupId }): Promise<Result<GroupView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const group = await getGroup(tx, id);
    return group === undefined ? err(refusal("not_found")) : ok(await groupView(tx, actor, group));
  });
