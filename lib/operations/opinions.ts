import type { GiveOpinion, OpinionsView } from "#lib/contracts/questions.ts";
import { amendmentActs } from "#lib/data/amendments.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { namesOf } from "#lib/data/people.ts";
import { addOpinion, opinionsOf } from "#lib/data/questions.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, getAgreement } from "#lib/data/trust.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import { foldAmendment } from "#lib/domain/amendment.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgreementId, toPublicId } from "#lib/domain/ids.ts";
import { standingOpinions } from "#lib/domain/opinions.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef, personRef } from "./people-views.ts";

type One = { readonly id: AgreementId };

/** What may still be consented to: the proposed terms where an amendment is open, else the agreement's own. */
const digestAtStake = async (tx: Tx, record: AgreementRecord): Promise<string | undefined> => {
  const amendment = foldAmendment(record.parties, await amendmentActs(tx, record.id));
  return amendment?.stage === "open" ? amendment.digest : record.latest?.digest;
};

const viewOf = async (tx: Tx, actor: Actor, record: AgreementRecord): Promise<OpinionsView> => {
  const opinions = standingOpinions(await opinionsOf(tx, record.id));
  const names = await namesOf(tx, [...new Set(opinions.map(({ person }) => person))]);
  const agencies = await getAgencies(
    tx,
    record.parties.map(({ agency }) => agency),
  );
  const digest = await digestAtStake(tx, record);
  const own = new Set<string>(agenciesOf(actor));
  return {
    opinions: opinions.map(({ agency, person, subject, stance, text, at, digest: about }) => {
      const found = agencies.find(({ id }) => id === agency);
      return {
        agency: found === undefined ? null : agencyRef(found),
        person: personRef(person, names),
        subject,
        stance,
        text: text ?? null,
        at,
        current: about === digest,
      };
    }),
    digest: digest ?? null,
    mayGive:
      record.stage === "closed" || actor.credential.kind === "token"
        ? []
        : agencies.filter(({ id }) => own.has(id)).map(agencyRef),
  };
};

/** What the reader's own agency thinks of an agreement; the other side sees none of it. */
export const readOpinions = (actor: Actor, { id }: One): Promise<Result<OpinionsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    return record.latest === undefined ? err(refusal("not_a_party")) : ok(await viewOf(tx, actor, record));
  });

const refusalOf = async (tx: Tx, actor: Actor, record: AgreementRecord, wish: GiveOpinion) => {
  const party = record.parties.some(({ agency }) => agency === wish.as);
  if (!party || record.latest === undefined) return refusal("not_a_party");
  if (!agenciesOf(actor).includes(wish.as)) return refusal("not_permitted");
  if (record.stage === "closed") return refusal("move_not_allowed");
  if ((await digestAtStake(tx, record)) !== wish.digest) return refusal("terms_changed");
  return wish.stance !== "favours" && (wish.text ?? "").trim() === ""
    ? refusal("reason_required", { fields: [{ path: "text", code: "reason_required" }] })
    : undefined;
};

/**
 * One person's opinion within their own agency (data protection, security, archive), bound to the digest of the terms.
 * It decides nothing. Who favours need not say why; who remarks or objects does.
 */
export const giveOpinion = (actor: Actor, { id, ...wish }: GiveOpinion & One): Promise<Result<OpinionsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agr", id);
    const record = await getAgreement(tx, id);
    if (record === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const refused = await refusalOf(tx, actor, record, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const { as: agency, text, ...said } = wish;
    await addOpinion(tx, id, { agency, person: actor.person, at: systemClock.now(), text, ...said });
    await appendAudit(tx, {
      kind: "opinion.given",
      subject,
      agencyIds: [agency],
      details: { as: toPublicId("agy", agency), digest: wish.digest, subject: wish.subject, stance: wish.stance },
    });
    return ok(await viewOf(tx, actor, record));
  });
