import { type AgencyId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import type { Tx } from "./transaction.ts";

export type TermsVersion = {
  readonly number: number;
  readonly text: string;
  readonly digest: string;
  readonly at: Instant;
};
export type Acceptance = {
  readonly agency: AgencyId;
  readonly number: number;
  readonly digest: string;
  readonly person: PersonId;
  readonly authority: string;
  readonly diarienummer: string;
  readonly at: Instant;
};

type Columns = { readonly number: number; readonly text: string; readonly digest: string; readonly at: bigint };
const versionOf = ({ number, text, digest, at }: Columns): TermsVersion => ({
  number,
  text,
  digest,
  at: instant(Number(at)),
});

/** The version of the federation's terms in force; undefined where it never had any. */
export const currentTerms = async (tx: Tx): Promise<TermsVersion | undefined> => {
  const row = await tx.termsVersion.findFirst({ orderBy: { number: "desc" } });
  return row === null ? undefined : versionOf(row);
};

/** These versions of the terms, by number. */
export const termsVersions = async (tx: Tx, numbers: readonly number[]): Promise<ReadonlyMap<number, TermsVersion>> => {
  const rows = await tx.termsVersion.findMany({ where: { number: { in: [...new Set(numbers)] } } });
  return new Map(rows.map((row) => [row.number, versionOf(row)]));
};

/** Publishes a new version where the text differs from the one in force; its number, or undefined where it does not. */
export const publishTerms = async (
  tx: Tx,
  { text, person, at }: { readonly text: string; readonly person: PersonId | undefined; readonly at: Instant },
): Promise<number | undefined> => {
  const held = await currentTerms(tx);
  if (text === (held?.text ?? "")) return undefined;
  const number = (held?.number ?? 0) + 1;
  await tx.termsVersion.create({
    data: { number, text, digest: digestOfBytes(text), personId: person ?? null, at: BigInt(at) },
  });
  return number;
};

/** The newest acceptance of each of these agencies, or (undefined) of all that the reader may see. */
export const lastAcceptances = async (
  tx: Tx,
  agencies: readonly AgencyId[] | undefined,
): Promise<ReadonlyMap<AgencyId, Acceptance>> => {
  const rows = await tx.termsAcceptance.findMany({
    where: agencies === undefined ? {} : { agencyId: { in: [...agencies] } },
    orderBy: { number: "asc" },
  });
  return new Map(
    rows.map(({ agencyId, personId, at, ...row }) => [
      idOf("agy", agencyId),
      { ...row, agency: idOf("agy", agencyId), person: idOf("per", personId), at: instant(Number(at)) },
    ]),
  );
};

/** Keeps that an agency accepted a version. */
export const addAcceptance = async (tx: Tx, { agency, person, at, ...row }: Acceptance): Promise<void> => {
  await tx.termsAcceptance.create({ data: { ...row, agencyId: agency, personId: person, at: BigInt(at) } });
};

/** Active agencies by name, at most `limit`, that have not accepted this version. */
export const agenciesBehind = async (tx: Tx, number: number, limit: number): Promise<readonly AgencyId[]> => {
  const rows = await tx.agency.findMany({
    where: { state: "active", acceptances: { none: { number } } },
    orderBy: [{ nameSv: "asc" }, { id: "asc" }],
    select: { id: true },
    take: limit,
  });
  return rows.map(({ id }) => idOf("agy", id));
};
