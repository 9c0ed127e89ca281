import type { Identifier } from "#lib/domain/identifier.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";

type NewFederation = {
  /** From the settings; needed only where the database does not hold a federation yet. */
  readonly id: string | undefined;
  readonly name: string;
  readonly terms: string;
  readonly environment: string;
  readonly at: Instant;
};

/** Names the federation of this database, making its row where there is none; undefined where it has no id at all. */
export const putFederation = async (tx: Tx, given: NewFederation): Promise<string | undefined> => {
  const { id, name, terms, environment, at } = given;
  const held = await tx.federation.findFirst({ select: { id: true } });
  if (held !== null) {
    await tx.federation.update({ where: { id: held.id }, data: { name, terms, version: { increment: 1 } } });
    return held.id;
  }
  if (id === undefined) return undefined;
  const probeName = `probe.${id}`;
  await tx.federation.create({ data: { id, name, environment, epoch: 1, terms, probeName, createdAt: BigInt(at) } });
  return id;
};

type FirstAgency = {
  readonly id: AgencyId;
  readonly name: { readonly sv: string; readonly en: string };
  readonly identifier: Identifier;
  readonly memberClass: string;
  readonly country: string;
  readonly approversRequired: 1 | 2;
  readonly contacts: readonly {
    readonly kind: string;
    readonly name: string;
    readonly email: string;
    readonly phone: string | null;
  }[];
  readonly at: Instant;
};

/** Adds the first agency, in state `invited`; false where its identifier is taken. */
export const addFirstAgency = async (tx: Tx, given: FirstAgency): Promise<boolean> => {
  const { id, name, identifier, memberClass, country, approversRequired, contacts, at } = given;
  const { scheme, value } = identifier;
  if ((await tx.agency.count({ where: { scheme, identifier: value } })) > 0) return false;
  await tx.agency.create({
    data: {
      id,
      nameSv: name.sv,
      nameEn: name.en,
      scheme,
      identifier: value,
      memberClass,
      country,
      approversRequired,
      state: "invited",
      createdAt: BigInt(at),
    },
  });
  await tx.agencyContact.createMany({ data: contacts.map((contact) => ({ ...contact, id: newId(), agencyId: id })) });
  return true;
};
