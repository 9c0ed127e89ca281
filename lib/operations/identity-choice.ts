import type { ChooseIdentity, IdentityChoiceView } from "#lib/contracts/identity.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { identityChoices, saveIdentityChoice } from "#lib/data/identity.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { getAgreement, lockAgreement } from "#lib/data/trust.ts";
import { type Actor, decidingRefusal, hasRole } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgreementId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef } from "./people-views.ts";
import { rulesOf } from "./trust-rules.ts";

type One = { readonly id: AgreementId };

const viewOf = async (tx: Tx, actor: Actor, id: AgreementId): Promise<IdentityChoiceView> => {
  const choices = await identityChoices(tx, id);
  const agencies = await getAgencies(
    tx,
    choices.map(({ agency }) => agency),
  );
  return {
    effect: choices.length > 0 && choices.every(({ choice }) => choice === "warn") ? "warn" : "hold",
    parties: choices.flatMap(({ agency, choice, at }) => {
      const found = agencies.find((each) => each.id === agency);
      const mayChoose = actor.credential.kind !== "token" && hasRole(actor, agency, "approver");
      return found === undefined ? [] : [{ agency: agencyRef(found), choice, at: at ?? null, mayChoose }];
    }),
  };
};

/** What each side of an agreement chose for the day a server of its shows a foreign key: for the parties. */
export const readIdentityChoice = (actor: Actor, { id }: One): Promise<Result<IdentityChoiceView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const agreement = await getAgreement(tx, id);
    if (agreement?.latest === undefined) return err(refusal("not_found"));
    return ok(await viewOf(tx, actor, id));
  });

/**
 * An approver chooses for their own side: hold the agreement when a server's identity changes, or be warned only. Any
 * side that chose to hold is enough to hold; what is held already stays so.
 */
export const chooseIdentity = (
  actor: Actor,
  { id, as, choice }: ChooseIdentity & One,
): Promise<Result<IdentityChoiceView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agr", id);
    await lockAgreement(tx, id);
    const agreement = await getAgreement(tx, id);
    if (agreement?.latest === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const agencyIds = agreement.parties.map(({ agency }) => agency);
    if (!agencyIds.includes(as)) return refuse(tx, actor, refusal("not_a_party"), subject);
    if (!hasRole(actor, as, "approver")) return refuse(tx, actor, refusal("not_permitted"), subject);
    const weak = decidingRefusal(actor, await rulesOf(tx));
    if (weak !== undefined) return refuse(tx, actor, refusal(weak), subject);
    await saveIdentityChoice(tx, { agreement: id, agency: as, choice, person: actor.person, at: systemClock.now() });
    const details = { as: toPublicId("agy", as), choice };
    await appendAudit(tx, { kind: "agreement.identity_choice", subject, agencyIds, details });
    await notifyEvent(tx, { topic: "agreement", id: subject, version: agreement.version });
    return ok(await viewOf(tx, actor, id));
  });
