import type { AgencyRecord } from "#lib/data/directory.ts";
import { barredAmong, barredParty, brokenMinimum } from "#lib/data/federation-rules.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type BarredKind, barringNames } from "#lib/domain/barred.ts";
import { type FieldFault, type Refusal, type RefusalParams, refusal } from "#lib/domain/errors.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { askedOf, type Clause, type ClauseKind } from "#lib/domain/rules.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Terms } from "#lib/domain/trust.ts";

type Bar = { readonly kind: BarredKind; readonly value: string; readonly reason: string };

const refusalFor = (bar: Bar | undefined): Refusal | undefined => {
  if (bar === undefined) return undefined;
  const params = { what: bar.value.replace(/^orgnr:/, ""), reason: bar.reason };
  const path = bar.kind === "identifier" ? "identifier.value" : "serverName";
  return refusal("barred", { params, fields: [{ path, code: "barred", params }] });
};

/** Refuses an organisation or a server name that the federation has barred; undefined where none is. */
export const barredRefusal = async (
  tx: Tx,
  { identifiers = [], names = [] }: { identifiers?: readonly string[]; names?: readonly ServerName[] },
): Promise<Refusal | undefined> => {
  const [first] = await barredAmong(tx, identifiers, names.flatMap(barringNames));
  return refusalFor(first);
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

type Subject = { readonly terms: Terms; readonly agencies: readonly AgencyRecord[]; readonly at: Instant };

/** Refuses what opens a door to somebody who is barred. */
export const partyRefusal = async (
  tx: Tx,
  { terms, agencies }: Pick<Subject, "terms" | "agencies">,
): Promise<Refusal | undefined> => refusalFor(await barredParty(tx, terms, agencies));

/**
 * Why the federation does not let these terms be asked for or consented to: somebody among the parties or servers is
 * barred, or a minimum rule is undercut. Both sides' agencies are held against the rules.
 */
export const federationRefusal = async (tx: Tx, subject: Subject): Promise<Refusal | undefined> => {
  const { terms, agencies, at } = subject;
  const barred = await partyRefusal(tx, subject);
  if (barred !== undefined) return barred;
  const fields = (await brokenMinimum(tx, askedOf(terms, agencies, at))).map(
    ({ clause }): FieldFault => ({
      path: PATHS[clause.kind],
      code: `minimum_${clause.kind}`,
      ...paramsOf(clause),
    }),
  );
  return fields.length === 0 ? undefined : refusal("minimum_rules_broken", { fields, link: "/settings/rules" });
};
