import type { PersonView } from "#lib/contracts/people.ts";
import type { MembershipView } from "#lib/contracts/session.ts";
import type { AgencyRow, HeldMembership, OperatorRow, PersonRecord } from "#lib/data/people.ts";
import { IDENTIFIER_SCHEMES, showIdentifier } from "#lib/domain/identifier.ts";
import { type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const agencyRef = ({ id, nameSv, nameEn, scheme, identifier }: AgencyRow) => ({
  id: toPublicId("agy", id),
  name: { sv: nameSv, en: nameEn },
  identifier: showIdentifier({
    scheme: IDENTIFIER_SCHEMES.find((known) => known === scheme) ?? "other",
    value: identifier,
  }),
});

export const operatorRef = ({ id, name }: OperatorRow) => ({ id: toPublicId("opr", id), name });

export const personRef = (id: PersonId, names: ReadonlyMap<string, string>) => ({
  id: toPublicId("per", id),
  name: names.get(id) ?? null,
});

export const membershipView = (held: HeldMembership): MembershipView => ({
  id: toPublicId("mem", held.id),
  role: held.role,
  agency: held.agency === undefined ? null : agencyRef(held.agency),
  operator: held.operator === undefined ? null : operatorRef(held.operator),
  since: held.createdAt,
});

export const personView = (person: PersonRecord, allowed: PersonView["allowed"]): PersonView => ({
  id: toPublicId("per", person.id),
  name: person.name ?? null,
  email: person.email ?? null,
  state: person.disabled ? "disabled" : "active",
  memberships: person.memberships.map(membershipView),
  signsInBy: [...person.issuers],
  createdAt: person.createdAt,
  allowed,
});

/** A page of rows of which one more than `limit` was asked for; the cursor is the last row's id. */
export const pageOf = <Row extends { readonly id: string }, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
): { items: View[]; next: string | null } => {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(view), next: last === undefined ? null : Buffer.from(last.id).toString("base64url") };
};

/** Reads a cursor that `pageOf` gave. */
export const afterCursor = (cursor: string | undefined): Result<string | undefined, "invalid_cursor"> => {
  if (cursor === undefined) return ok(undefined);
  const id = Buffer.from(cursor, "base64url").toString();
  return UUID.test(id) ? ok(id) : err("invalid_cursor");
};
