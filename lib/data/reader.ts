import { type Actor, agenciesOf, isCoordinator, operatorsOf } from "#lib/domain/access.ts";
import type { Tx } from "./client.ts";
import type { Prisma } from "./generated/client.ts";

const readers = new WeakMap<Tx, Actor>();

/** From here on this transaction's reads are that person's: each is narrowed here, as row-level security narrows it again. */
export const readBy = (tx: Tx, actor: Actor): void => {
  readers.set(tx, actor);
};

/** The person whose reads these are; undefined for the worker's and the owner's, and before anybody is known. */
export const readerOf = (tx: Tx): Actor | undefined => readers.get(tx);

/** Servers that serve an agency of the reader's, or that the reader's operator runs; all where nobody in particular reads. */
export const serverOfReader = (tx: Tx): Prisma.HomeserverWhereInput => {
  const reader = readerOf(tx);
  if (reader === undefined) return {};
  return {
    OR: [
      { agencies: { some: { agencyId: { in: [...agenciesOf(reader)] } } } },
      { operatorId: { in: [...operatorsOf(reader)] } },
    ],
  };
};

/** What the reader may know of something between agencies: all, that it exists, or nothing. */
export const knowledgeOf = (tx: Tx, agencies: readonly string[]): "all" | "existence" | "nothing" => {
  const reader = readerOf(tx);
  if (reader === undefined || agenciesOf(reader).some((own) => agencies.includes(own))) return "all";
  return isCoordinator(reader) ? "existence" : "nothing";
};
