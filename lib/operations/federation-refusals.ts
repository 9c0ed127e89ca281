import type { AgencyRecord } from "#lib/data/directory.ts";
import { barredAmong, currentMinimum } from "#lib/data/federation-rules.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { barringNames } from "#lib/domain/barred.ts";
import { type FieldFault, type Refusal, type RefusalParams, refusal } from "#lib/domain/errors.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { type Asked, type Clause, type ClauseKind, checkClauses } from "#lib/domain/rules.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Terms } from "#lib/domain/trust.ts";

/** Refuses an organisation or a server name that the federation has barred; undefined where none is. */
export const barredRefusal = async (
  tx: Tx,
  { identifiers = [], names = [] }: { identifiers?: readonly string[]; names?: readonly ServerName[] },
): Promise<Refusal | undefined> => {
  const [first] = await barredAmong(tx, identifiers, names.flatMap(barringNames));
  if (first === undefined) return undefined;
  const params = { what: first.value.replace(/^orgnr:/, ""), reason: first.reason };
  const path = first.kind === "identifier" ? "identifier.value" : "serverName";
  return refusal("barred", { params, fields: [{ path, code: "barred", params }] });
};

/** Which field of a request each demand is about. */
const PATHS: Readonly<Record<ClauseKind, string>> = {
  member_class: "partner",
  country: "partner",
  ceiling: "content.ceiling",
  no_personal_data: "content.personalData",
  residency: "content.residency",
  ends_within: "end",
  offline: "content.offlineMs",
  legal_basis: "legalBasis",
  laws: "content.laws",
  secrecy: "content.secrecy",
  trial: "content.trial",
};

const paramsOf = (clause: Clause): { readonly params: RefusalParams } | object => {
  if (clause.kind === "ceiling") return { params: { most: clause.most } };
  if (clause.kind === "ends_within") return { params: { days: clause.days } };
  return clause.kind === "offline" ? { params: { hours: clause.hours } } : {};
};

/** Terms as a rule looks at them. */
export const askedOf = (
  { start, end, legalBasis, content }: Terms,
  others: readonly Pick<AgencyRecord, "memberClass" | "country">[],
  at: Instant,
): Asked => ({ others, start, end, legalBasis, content, at });

const minimumRefusal = async (tx: Tx, asked: Asked): Promise<Refusal | undefined> => {
  const minimum = await currentMinimum(tx);
  const broken = checkClauses(minimum?.clauses ?? [], asked).filter(({ holds }) => !holds);
  const fields = broken.map(
    ({ clause }): FieldFault => ({
      path: PATHS[clause.kind],
      code: `minimum_${clause.kind}`,
      ...paramsOf(clause),
    }),
  );
  return fields.length === 0 ? undefined : refusal("minimum_rules_broken", { fields, link: "/settings/rules" });
};

/** Refuses what opens a door to somebody who is barred. */
export const partyRefusal = (
  tx: Tx,
  { terms, agencies }: Pick<Subject, "terms" | "agencies">,
): Promise<Refusal | undefined> =>
  barredRefusal(tx, {
    identifiers: agencies.map(({ scheme, identifier: value }) => identifierKey({ scheme, value })),
    names: [...terms.servers.home, ...terms.servers.partner],
  });

type Subject = { readonly terms: Terms; readonly agencies: readonly AgencyRecord[]; readonly at: Instant };

/**
 * Why the federation does not let these terms be asked for or consented to: somebody among the parties or servers is
 * barred, or a minimum rule is undercut. Both sides' agencies are held against the rules.
 */
export const federationRefusal = async (tx: Tx, subject: Subject): Promise<Refusal | undefined> => {
  const { terms, agencies, at } = subject;
  return (await partyRefusal(tx, subject)) ?? minimumRefusal(tx, askedOf(terms, agencies, at));
};
