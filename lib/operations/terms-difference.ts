import { termsByDigest } from "#lib/data/terms.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { AgreementRecord } from "#lib/data/trust.ts";
import type { FieldFault } from "#lib/domain/errors.ts";
import type { Terms } from "#lib/domain/trust.ts";

const show = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(show).join(", ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(show).join(", ");
  return String(value ?? "–");
};

/** Every field of the terms by its path, as text. A new field of the content is here without being named. */
const flat = ({ parties, servers, content, ...rest }: Terms): Readonly<Record<string, string>> => ({
  purpose: show(rest.purpose),
  legalBasis: show(rest.legalBasis),
  "parties.home": show(parties.home),
  "parties.partner": show(parties.partner),
  "servers.home": show(servers.home),
  "servers.partner": show(servers.partner),
  start: show(rest.start),
  end: show(rest.end),
  ...Object.fromEntries(Object.entries(content ?? {}).map(([key, value]) => [`content.${key}`, show(value)])),
});

/** The fields in which two versions of terms differ, with what each was and is. */
export const differenceBetween = (before: Terms, after: Terms) => {
  const [was, now] = [flat(before), flat(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(now)])].flatMap((path) =>
    was[path] === now[path] ? [] : [{ path: `terms.${path}`, was: was[path] ?? "–", now: now[path] ?? "–" }],
  );
};

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
  return differenceBetween(seen, latest.terms).map(({ path, was, now }) => ({
    path,
    code: "terms_changed" as const,
    params: { was, now },
  }));
};
