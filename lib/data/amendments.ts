import { AMENDMENT_KINDS, type AmendmentAct } from "#lib/domain/amendment.ts";
import { type AgreementId, idOf } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { SIDES } from "#lib/domain/trust.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

/** An act with what stands beside it; `terms` is canonical JSON, in a proposal alone. */
export type AmendmentRecord = AmendmentAct & {
  readonly terms: string | undefined;
  readonly diarienummer: string | undefined;
  readonly reason: string | undefined;
};

/** Every act on proposed terms of an agreement, oldest first; none for who may not read it. */
export const amendmentActs = async (tx: Tx, agreement: AgreementId): Promise<readonly AmendmentRecord[]> => {
  const rows = await tx.amendmentAct.findMany({
    where: { agreementId: agreement },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map((row) => ({
    kind: oneOf(AMENDMENT_KINDS, row.kind),
    number: row.number,
    digest: row.digest,
    side: oneOf(SIDES, row.side),
    agency: idOf("agy", row.agencyId),
    person: idOf("per", row.personId),
    at: instant(Number(row.at)),
    terms: row.terms ?? undefined,
    diarienummer: row.diarienummer ?? undefined,
    reason: row.reason ?? undefined,
  }));
};

/** Records one act. */
export const addAmendmentAct = async (tx: Tx, agreement: AgreementId, act: AmendmentRecord): Promise<void> => {
  const { agency, person, at, terms, diarienummer, reason, ...rest } = act;
  await tx.amendmentAct.create({
    data: {
      id: newId(),
      agreementId: agreement,
      ...rest,
      agencyId: agency,
      personId: person,
      at: BigInt(at),
      terms: terms ?? null,
      diarienummer: diarienummer ?? null,
      reason: reason ?? null,
    },
    select: { id: true },
  });
};
