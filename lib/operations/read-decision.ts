import type { DecisionAct, DecisionRecord } from "#lib/contracts/decision-document.ts";
import { type AmendmentRecord, amendmentActs } from "#lib/data/amendments.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { type AgreementRecord, getAgreement, stateOf } from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { AgreementId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type Scene, sceneOf } from "./agreement-scene.ts";
import { agencyRefIn, agreementView, timelineItem } from "./agreement-views.ts";
import { personRef } from "./people-views.ts";

const firstActs = ({ decisions, latest }: AgreementRecord, scene: Scene): readonly DecisionAct[] =>
  decisions
    .filter(({ digest }) => digest === latest?.digest)
    .flatMap((decision) => {
      const { kind } = decision;
      const ledToIt = kind === "request" || kind === "endorse" || kind === "accept" || kind === "reconsent";
      return ledToIt ? [{ ...timelineItem(decision, scene), kind }] : [];
    });

const amendedBy = (
  acts: readonly AmendmentRecord[],
  digest: string,
  scene: Scene,
  names: ReadonlyMap<string, string>,
): readonly DecisionAct[] =>
  acts
    .filter((act) => act.digest === digest)
    .flatMap(({ kind, agency, side, person, at, diarienummer }) =>
      kind === "propose" || kind === "consent"
        ? [
            {
              kind,
              agency: agencyRefIn(scene, agency),
              side,
              person: personRef(person, names),
              at,
              diarienummer: diarienummer ?? null,
              rule: null,
            },
          ]
        : [],
    );

/** What the latest terms say and who decided them, for a decision document; for the parties. Refused before the decision. */
export const readDecision = (
  actor: Actor,
  { id }: { readonly id: AgreementId },
): Promise<Result<DecisionRecord, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    const state = stateOf(record);
    if (state === undefined || record.latest === undefined) return err(refusal("not_a_party"));
    if (state.agreedAt === undefined) return err(refusal("not_decided"));
    const scene = await sceneOf(tx, [record]);
    const { digest } = record.latest;
    const amending = await amendmentActs(tx, id);
    const names = await namesOf(tx, [...new Set(amending.map(({ person }) => person))]);
    const acts = [...firstActs(record, scene), ...amendedBy(amending, digest, scene, names)];
    const last = acts.filter(({ kind }) => kind !== "request" && kind !== "propose").at(-1);
    const { terms, ...view } = agreementView(actor, record, scene);
    // A server's new name makes new terms that wait for consent again.
    if (last === undefined || terms === null) return err(refusal("not_decided"));
    const { parties, termsNumber, mine } = view;
    return ok({
      agreement: { id: view.id, parties, digest, termsNumber, mine, terms },
      acts,
      decidedAt: last.at,
    });
  });
