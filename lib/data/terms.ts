import type { AgreementId } from "#lib/domain/ids.ts";
import type { Terms } from "#lib/domain/trust.ts";
import type { Tx } from "./transaction.ts";
import { termsOf } from "./trust.ts";

/** The version of an agreement's terms that had this digest; undefined if it never had one. */
export const termsByDigest = async (tx: Tx, agreement: AgreementId, digest: string): Promise<Terms | undefined> => {
  const row = await tx.agreementVersion.findFirst({
    where: { agreementId: agreement, digest },
    select: { terms: true },
  });
  return row === null ? undefined : termsOf(row.terms);
};
