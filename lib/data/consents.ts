import type { AgencyId, AgreementId, PersonId } from "#lib/domain/ids.ts";
import { idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";

/** What an agency has signed with its own key of one agreement. */
export type ConsentRecord = {
  readonly agency: AgencyId;
  readonly person: PersonId;
  readonly signer: string;
  readonly digest: string;
  readonly from: Instant;
  readonly until: Instant;
  readonly keyId: string;
  readonly key: string;
  readonly signatures: readonly { readonly servers: readonly [string, string]; readonly signature: string }[];
  readonly at: Instant;
};

/** Every signed consent of an agreement, oldest first, without the signatures; none for who may not read it. */
export const listConsents = async (
  tx: Tx,
  agreement: AgreementId,
): Promise<readonly Omit<ConsentRecord, "signatures">[]> => {
  const rows = await tx.agencyConsent.findMany({
    where: { agreementId: agreement },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map(({ agencyId, personId, signer, digest, fromAt, untilAt, keyId, key, at }) => ({
    agency: idOf("agy", agencyId),
    person: idOf("per", personId),
    signer,
    digest,
    from: instant(Number(fromAt)),
    until: instant(Number(untilAt)),
    keyId,
    key,
    at: instant(Number(at)),
  }));
};

/** Keeps one signed consent, for ever. */
export const addConsent = async (tx: Tx, agreement: AgreementId, given: ConsentRecord): Promise<void> => {
  const { agency, person, from, until, at, signatures, ...rest } = given;
  await tx.agencyConsent.create({
    data: {
      id: newId(),
      agreementId: agreement,
      ...rest,
      agencyId: agency,
      personId: person,
      fromAt: BigInt(from),
      untilAt: BigInt(until),
      signatures: signatures.map(({ servers, signature }) => ({ servers: [...servers], signature })),
      at: BigInt(at),
    },
    select: { id: true },
  });
};
