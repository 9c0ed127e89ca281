import { IDENTITY_CHOICES, type IdentityChoice } from "#lib/domain/directory.ts";
import { type AgencyId, type AgreementId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type PartyChoice = {
  readonly agency: AgencyId;
  readonly choice: IdentityChoice;
  readonly at: Instant | undefined;
};

/** What each party of an agreement chose for the day one of its servers shows a foreign key; `hold` where none chose. */
export const identityChoices = async (tx: Tx, agreement: AgreementId): Promise<readonly PartyChoice[]> => {
  const parties = await tx.agreementParty.findMany({ where: { agreementId: agreement }, orderBy: { side: "asc" } });
  const made = await tx.identityChoice.findMany({ where: { agreementId: agreement } });
  return parties.map(({ agencyId }) => {
    const own = made.find((row) => row.agencyId === agencyId);
    return {
      agency: idOf("agy", agencyId),
      choice: own === undefined ? "hold" : oneOf(IDENTITY_CHOICES, own.choice),
      at: own === undefined ? undefined : instant(Number(own.at)),
    };
  });
};

/** Whether every party chose to be warned only: one that did not is enough to hold. */
export const isWarnedOnly = async (tx: Tx, agreement: AgreementId): Promise<boolean> => {
  const choices = await identityChoices(tx, agreement);
  return choices.length > 0 && choices.every(({ choice }) => choice === "warn");
};

export type NewChoice = {
  readonly agreement: AgreementId;
  readonly agency: AgencyId;
  readonly choice: IdentityChoice;
  readonly person: string;
  readonly at: Instant;
};

export const saveIdentityChoice = async (
  tx: Tx,
  { agreement, agency, choice, person, at }: NewChoice,
): Promise<void> => {
  const values = { choice, personId: person, at: BigInt(at) };
  await tx.identityChoice.upsert({
    where: { agreementId_agencyId: { agreementId: agreement, agencyId: agency } },
    create: { agreementId: agreement, agencyId: agency, ...values },
    update: values,
  });
};
