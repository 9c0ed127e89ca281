import { termsByDigest } from "#lib/data/terms.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { AgreementRecord } from "#lib/data/trust.ts";
import type { FieldFault } from "#lib/domain/errors.ts";
import type { Terms } from "#lib/domain/trust.ts";

const show = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value ?? "–"));

const flat = ({ purpose, legalBasis, parties, servers, start, end }: Terms): Readonly<Record<string, string>> => ({
  purpose: show(purpose),
  legalBasis: show(legalBasis),
  "parties.home": show(parties.home),
  "parties.partner": show(parties.partner),
  "servers.home": show(servers.home),
  "servers.partner": show(servers.partner),
  start: show(start),
  end: show(end),
});

/**
 * What differs between the terms a person was shown and those that hold now, one fault for each field with what it was
 * and what it is. Empty where the digest was never one of this agreement's.
 */
export const termsDifference = async (
  tx: Tx,
  { id, latest }: AgreementRecord,
  digest: string,
): Promise<readonly FieldFault[]> => {
  const seen = await termsByDigest(tx, id, digest);
  if (seen === undefined || latest === undefined) return [];
  const was = flat(seen);
  return Object.entries(flat(latest.terms)).flatMap(([path, now]) =>
    was[path] === now
      ? []
      : [{ path: `terms.${path}`, code: "terms_changed" as const, params: { was: was[path] ?? "–", now } }],
  );
};
