/** Ids of a small federation: A and B agreed, B and C too; A and C know nothing of each other. */
export type Scene = {
  readonly agency: Readonly<Record<"a" | "b" | "c", string>>;
  readonly server: Readonly<Record<"a" | "b" | "c", string>>;
  readonly agreement: Readonly<Record<"ab" | "bc", string>>;
  readonly person: Readonly<Record<PersonName, string>>;
  readonly operator: string;
};
export const PEOPLE = [
  "administrator",
  "approver",
  "auditor",
  "partner",
  "foreign",
  "coordinator",
  "operator",
  "stranger",
] as const;
export type PersonName = (typeof PEOPLE)[number];
/** Who tries, in the order of the columns of the table of rights; `nobody` has not signed in. */
export const ACTORS = [...PEOPLE, "nobody"] as const;
export type ActorName = (typeof ACTORS)[number];

export const SIDES = ["a", "b", "c"] as const;

export type Row = Readonly<Record<string, unknown>>;
export type Insert = (table: string, row: Row) => Promise<void>;
