import type { AgreementPage, AgreementQuery, AgreementView, EvidenceView, TimelineView } from "#lib/contracts/trust.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import { getAgreement, listAgreements as readAgreements, stateOf } from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { AgreementId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { sceneOf } from "./agreement-scene.ts";
import { agreementSummary, agreementView, lanesFor, statusFor, timelineItem } from "./agreement-views.ts";
import { cut, idFrom } from "./cursors.ts";

type One = { readonly id: AgreementId };
const LIST = "agreements";

/** Agreements that the caller may see, newest first: those of their agencies; a coordinator also others, without terms. */
export const listAgreements = (
  actor: Actor,
  { cursor, limit, stage, agency }: AgreementQuery,
): Promise<Result<AgreementPage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const before = idFrom(LIST, cursor);
    if (!before.ok) return before;
    const filter = { stage, agencies: agency === undefined ? undefined : [agency] };
    const rows = await readAgreements(tx, filter, before.value, limit + 1);
    const { shown, next } = cut(LIST, rows, limit, ({ id }) => [id]);
    const scene = await sceneOf(tx, shown);
    return ok({ items: shown.map((record) => agreementSummary(actor, record, scene)), next });
  });

/** One agreement: terms, consents, what the caller may do, and what was measured. */
export const readAgreement = (actor: Actor, { id }: One): Promise<Result<AgreementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    return ok(agreementView(actor, record, await sceneOf(tx, [record])));
  });

/** Every recorded act, oldest first; empty for who is no party. */
export const readTimeline = (actor: Actor, { id }: One): Promise<Result<TimelineView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    const scene = await sceneOf(tx, [record]);
    return ok({ items: record.decisions.map((decision) => timelineItem(decision, scene)), next: null });
  });

/** What was last measured at each server, station by station; for the parties. */
export const readEvidence = (actor: Actor, { id }: One): Promise<Result<EvidenceView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    if (stateOf(record) === undefined) return err(refusal("not_a_party"));
    const scene = await sceneOf(tx, [record]);
    const lanes = [...lanesFor(record, scene)];
    return ok({ status: statusFor(record, lanes), lanes, at: scene.now });
  });
