import type { Actor } from "#lib/domain/access.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { inTransaction, type Tx } from "./transaction.ts";

type Event = { readonly topic: string; readonly id: string };

const exists = async (tx: Tx, { topic, id }: Event): Promise<boolean> => {
  if (topic === "agreement") {
    const agreement = parsePublicId("agr", id);
    return agreement.ok && (await tx.agreement.count({ where: { id: agreement.value } })) === 1;
  }
  if (topic === "diagnosis") {
    const diagnosis = parsePublicId("dia", id);
    return diagnosis.ok && (await tx.diagnosis.count({ where: { id: diagnosis.value } })) === 1;
  }
  if (topic === "emergency") {
    const stop = parsePublicId("stp", id);
    return stop.ok && (await tx.emergencyStop.count({ where: { id: stop.value } })) === 1;
  }
  if (topic === "group") {
    const group = parsePublicId("grp", id);
    return group.ok && (await tx.trustGroup.count({ where: { id: group.value } })) === 1;
  }
  if (topic === "import") {
    const batch = parsePublicId("imp", id);
    return batch.ok && (await tx.importBatch.count({ where: { id: batch.value } })) === 1;
  }
  const change = parsePublicId("chg", id);
  return change.ok && (await tx.changeProposal.count({ where: { id: change.value } })) === 1;
};

const GUARDED: ReadonlySet<string> = new Set(["agreement", "change", "diagnosis", "emergency", "group", "import"]);

/** Whether the person may hear that this changed: of what is not for everyone, only that whose rows they may see. */
export const canSee = async (actor: Actor, event: Event): Promise<boolean> => {
  if (!GUARDED.has(event.topic)) return true;
  const seen = await inTransaction(actor, async (tx) => ok(await exists(tx, event)));
  return seen.ok && seen.value;
};
