import type { PeoplePage, PeopleQuery } from "#lib/contracts/people.ts";
import { peopleAfter } from "#lib/data/people.ts";
import { openSignIn } from "#lib/data/sign-in.ts";
import { inTransaction, refuse } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { afterCursor, pageOf, personView } from "./people-views.ts";
import { allowedFor, managedBy } from "./role-rules.ts";

/** The people of the agencies that the actor manages; all people for a coordinator. */
export const listPeople = (actor: Actor, query: PeopleQuery): Promise<Result<PeoplePage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { agency, cursor, limit } = query;
    const managed = managedBy(actor);
    if (managed?.length === 0 || (agency !== undefined && managed?.includes(agency) === false)) {
      return refuse(tx, actor, refusal("not_permitted"), "people");
    }
    const after = afterCursor(cursor);
    if (!after.ok) return err(refusal(after.error));
    await openSignIn(tx);
    const rows = await peopleAfter(tx, agency === undefined ? managed : [agency], after.value, limit + 1);
    return ok(pageOf(rows, limit, (person) => personView(person, allowedFor(actor, person))));
  });
