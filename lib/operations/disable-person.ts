import type { PersonView } from "#lib/contracts/people.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { voidLinks } from "#lib/data/links.ts";
import { endMemberships, eraseNames, findPerson, lockRoles, type PersonRecord, setDisabled } from "#lib/data/people.ts";
import { dropSessionsOf } from "#lib/data/sessions.ts";
import { openSignIn } from "#lib/data/sign-in.ts";
import { revokeTokensOf } from "#lib/data/tokens.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { personView } from "./people-views.ts";
import { allowedFor, isLastCoordinator, mayDisable, mayErase } from "./role-rules.ts";

type Outcome = Promise<Result<PersonView, Refusal>>;

const agenciesFor = ({ memberships }: PersonRecord) => [
  ...new Set(memberships.flatMap(({ agency }) => (agency === undefined ? [] : [agency.id]))),
];

const after = async (tx: Tx, actor: Actor, person: PersonId): Outcome => {
  const now = await findPerson(tx, person);
  return now === undefined
    ? refuse(tx, actor, refusal("not_found"), toPublicId("per", person))
    : ok(personView(now, allowedFor(actor, now)));
};

/** Ends what a person could come back by: sessions, tokens and links. */
const shutOut = async (tx: Tx, person: PersonId): Promise<void> => {
  const now = systemClock.now();
  await setDisabled(tx, person, now);
  await dropSessionsOf(tx, person);
  await revokeTokensOf(tx, person, now);
  await voidLinks(tx, { person }, now);
};

/** Shuts a person out from their next request on: sessions end, tokens and links are void. Roles stay, unused. */
export const disablePerson = (actor: Actor, { id, reason }: { id: PersonId; reason?: string | undefined }): Outcome =>
  inTransaction(actor, async (tx) => {
    await openSignIn(tx);
    await lockRoles(tx);
    const person = await findPerson(tx, id);
    if (person === undefined || !mayDisable(actor, person))
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("per", id));
    if (await isLastCoordinator(tx, person))
      return refuse(tx, actor, refusal("last_coordinator"), toPublicId("per", id));
    await shutOut(tx, id);
    await appendAudit(tx, {
      kind: "person.disabled",
      subject: toPublicId("per", id),
      agencyIds: agenciesFor(person),
      details: { reason: reason ?? null },
    });
    return after(tx, actor, id);
  });

/** Lets a disabled person in again. What was ended stays ended: they sign in anew. */
export const enablePerson = (actor: Actor, { id }: { id: PersonId }): Outcome =>
  inTransaction(actor, async (tx) => {
    await openSignIn(tx);
    await lockRoles(tx);
    const person = await findPerson(tx, id);
    if (person === undefined || !mayDisable(actor, person))
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("per", id));
    if (await setDisabled(tx, id, undefined)) {
      await appendAudit(tx, {
        kind: "person.enabled",
        subject: toPublicId("per", id),
        agencyIds: agenciesFor(person),
        details: {},
      });
    }
    return after(tx, actor, id);
  });

/**
 * Erases who a person was (Regulation (EU) 2016/679, art. 17): name, address and identity go, roles end. The log keeps the
 * pseudonym alone, so that its chain stays whole.
 */
export const erasePerson = (actor: Actor, { id }: { id: PersonId }): Outcome =>
  inTransaction(actor, async (tx) => {
    await openSignIn(tx);
    await lockRoles(tx);
    const person = await findPerson(tx, id);
    if (person === undefined || !mayErase(actor, person))
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("per", id));
    if (await isLastCoordinator(tx, person))
      return refuse(tx, actor, refusal("last_coordinator"), toPublicId("per", id));
    await shutOut(tx, id);
    await endMemberships(tx, { person: id }, systemClock.now());
    await eraseNames(tx, id);
    await appendAudit(tx, {
      kind: "person.erased",
      subject: toPublicId("per", id),
      agencyIds: agenciesFor(person),
      details: {},
    });
    return after(tx, actor, id);
  });
