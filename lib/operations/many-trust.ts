import type { AgreementsDecided, DecideMany, RequestMany } from "#lib/contracts/trust.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { AgreementRecord } from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { decideIn } from "./decide-trust.ts";
import { requestIn } from "./request-trust.ts";

/** One item's refusal, which also says at which place of the list it stands. */
const at = (path: string, why: Refusal): Refusal => {
  const { code } = why;
  const params = why.params === undefined ? {} : { params: why.params };
  return { ...why, fields: [{ path, code, ...params }, ...(why.fields ?? [])] };
};

type Item<T> = { readonly wish: T; readonly path: string; readonly subject: string };

/** All of them or none: the first that is refused names its place, and nothing of the rest stays. */
const eachOf = <T>(
  actor: Actor,
  items: readonly Item<T>[],
  act: (tx: Tx, wish: T) => Promise<Result<AgreementRecord, Refusal>>,
): Promise<Result<AgreementsDecided, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const done: AgreementsDecided["items"] = [];
    // One order for everybody who locks several, so that two reviews at once never wait for each other.
    for (const { wish, path, subject } of items.toSorted((a, b) => byCodePoint(a.subject, b.subject))) {
      const one = await act(tx, wish);
      if (!one.ok) return refuse(tx, actor, at(path, one.error), subject);
      const { id, version, stage } = one.value;
      done.push({ id: toPublicId("agr", id), version, stage });
    }
    return ok({ items: done });
  });

/**
 * Many endorsements and acceptances under one review: each is bound to the version and the digest that were shown, and is
 * judged, recorded and audited as if it were alone. All pass, or none does.
 */
export const decideMany = (
  actor: Actor,
  { as, diarienummer, items }: DecideMany,
): Promise<Result<AgreementsDecided, Refusal>> => {
  const wishes = items.map((item, place) => ({
    wish: { ...item, as, ...(diarienummer === undefined ? {} : { diarienummer }) },
    path: `items.${place}`,
    subject: toPublicId("agr", item.id),
  }));
  return eachOf(actor, wishes, (tx, wish) => decideIn(tx, actor, wish));
};

/** The same request to many agencies: each becomes an agreement of its own, with all the servers of that agency. */
export const requestMany = (
  actor: Actor,
  { partners, ...same }: RequestMany,
): Promise<Result<AgreementsDecided, Refusal>> => {
  const wishes = partners.map((partner, place) => ({
    wish: { ...same, partner },
    path: `partners.${place}`,
    subject: toPublicId("agy", partner),
  }));
  return eachOf(actor, wishes, (tx, wish) => requestIn(tx, actor, wish));
};
