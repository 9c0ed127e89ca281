import { idOf, type PersonId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

export type LinkPurpose = "sign_in" | "setup";
export type NewLink = {
  readonly id: string;
  readonly tokenHash: string;
  readonly person: PersonId | undefined;
  readonly purpose: LinkPurpose;
  readonly delivered: "smtp" | "terminal";
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
};

/** Stores a one-time link by its hash. */
export const addLink = async (tx: Tx, { person, createdAt, expiresAt, ...rest }: NewLink): Promise<void> => {
  await tx.signInLink.create({
    data: { ...rest, personId: person ?? null, createdAt: BigInt(createdAt), expiresAt: BigInt(expiresAt) },
  });
};

/**
 * Uses a link up: of any number of attempts at once exactly one gets it, since the row is claimed by the update itself.
 *
 * @returns the person it was made for (undefined for the set-up link), or `spent` when it is unknown, used or expired
 */
export const claimLink = async (
  tx: Tx,
  tokenHash: string,
  purpose: LinkPurpose,
  now: Instant,
): Promise<{ readonly id: string; readonly person: PersonId | undefined } | "spent"> => {
  const claimed = await tx.signInLink.updateManyAndReturn({
    where: { tokenHash, purpose, redeemedAt: null, expiresAt: { gt: BigInt(now) } },
    data: { redeemedAt: BigInt(now) },
  });
  const row = claimed[0];
  if (row === undefined) return "spent";
  return { id: row.id, person: row.personId === null ? undefined : idOf("per", row.personId) };
};

/** How many links were made for a person since `since`: what limits asking by mail. */
export const linksSince = (tx: Tx, person: PersonId, since: Instant): Promise<number> =>
  tx.signInLink.count({ where: { personId: person, createdAt: { gt: BigInt(since) } } });

/** Voids all links of a person, or all unused set-up links. */
export const voidLinks = async (
  tx: Tx,
  of: { person: PersonId } | { purpose: "setup" },
  now: Instant,
): Promise<void> => {
  await tx.signInLink.updateMany({
    where: { ...("person" in of ? { personId: of.person } : { purpose: of.purpose }), redeemedAt: null },
    data: { expiresAt: BigInt(now) },
  });
};
