import { type CreateDiagnosis, DiagnosisFindings, type DiagnosisView } from "#lib/contracts/diagnoses.ts";
import { addDiagnosis, type DiagnosisRecord, getDiagnosis, openDiagnosis } from "#lib/data/diagnoses.ts";
import { getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { wakeDiagnosis } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, isCoordinator, operatorsOf } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type DiagnosisId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";

const NOTHING_YET = { directions: [], software: { from: null, to: null } };

/** Technical state is for whoever serves or runs one of the two servers, and for coordinators. */
const mayDiagnose = (actor: Actor, servers: readonly HomeserverRecord[]): boolean =>
  isCoordinator(actor) ||
  servers.some(
    ({ agencies, operator }) =>
      agencies.some((agency) => agenciesOf(actor).includes(agency)) ||
      (operator !== undefined && operatorsOf(actor).includes(operator.id)),
  );

const viewOf = async (tx: Tx, diagnosis: DiagnosisRecord): Promise<DiagnosisView> => {
  const servers = await getHomeservers(tx, [diagnosis.from, diagnosis.to]);
  const ref = (id: DiagnosisRecord["from"]) => ({
    id: toPublicId("hs", id),
    serverName: servers.find((server) => server.id === id)?.serverName ?? "–",
  });
  const found = DiagnosisFindings.safeParse(diagnosis.result);
  return {
    ...(found.success ? found.data : NOTHING_YET),
    id: toPublicId("dia", diagnosis.id),
    from: ref(diagnosis.from),
    to: ref(diagnosis.to),
    state: diagnosis.state,
    askedAt: diagnosis.askedAt,
    finishedAt: diagnosis.finishedAt ?? null,
    version: diagnosis.version,
  };
};

/**
 * Has the worker find out whether two homeservers reach each other. A pair that is being looked at already gets the
 * answer of that look.
 */
export const createDiagnosis = (actor: Actor, { from, to }: CreateDiagnosis): Promise<Result<DiagnosisView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (from === to) return err(refusal("invalid_input", { fields: [{ path: "to", code: "invalid_input" }] }));
    const servers = await getHomeservers(tx, [from, to]);
    if (servers.length !== 2) return err(refusal("not_found"));
    if (!mayDiagnose(actor, servers)) return refuse(tx, actor, refusal("not_permitted"), toPublicId("hs", from));
    const now = systemClock.now();
    const running = await openDiagnosis(tx, from, to, now);
    if (running !== undefined) return ok(await viewOf(tx, running));
    const id = idOf("dia", newId());
    await addDiagnosis(tx, { id, from, to, traceId: actor.traceId, askedAt: now, askedBy: actor.person });
    await wakeDiagnosis(tx, id);
    const made = await getDiagnosis(tx, id);
    return made === undefined ? err(refusal("internal")) : ok(await viewOf(tx, made));
  });

/** A diagnosis as far as it has come. */
export const readDiagnosis = (
  actor: Actor,
  { id }: { readonly id: DiagnosisId },
): Promise<Result<DiagnosisView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const diagnosis = await getDiagnosis(tx, id);
    return diagnosis === undefined ? err(refusal("not_found")) : ok(await viewOf(tx, diagnosis));
  });
