import { ENVIRONMENTS, type Environment } from "#lib/domain/directory.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type FederationRecord = {
  readonly id: string;
  readonly name: string;
  readonly environment: Environment;
  readonly epoch: number;
  readonly terms: string;
  readonly probeName: string;
  readonly requiredAcr: string | undefined;
  readonly version: number;
  readonly createdAt: Instant;
};

/** The federation this database belongs to; undefined before it is set up. */
export const readFederationRow = async (tx: Tx): Promise<FederationRecord | undefined> => {
  const row = await tx.federation.findFirst();
  if (row === null) return undefined;
  const { requiredAcr, createdAt, environment, ...rest } = row;
  return {
    ...rest,
    environment: oneOf(ENVIRONMENTS, environment),
    requiredAcr: requiredAcr ?? undefined,
    createdAt: instant(Number(createdAt)),
  };
};

/** One at a time for everything that names the same thing, until the transaction ends. */
export const lockName = async (tx: Tx, name: string): Promise<void> => {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
};

/** What a coordinator may change of the federation; the version rises. */
export const saveFederation = async (
  tx: Tx,
  id: string,
  patch: { readonly name?: string; readonly terms?: string; readonly requiredAcr?: string | null },
): Promise<void> => {
  await tx.federation.update({ where: { id }, data: { ...patch, version: { increment: 1 } } });
};
