import type { Membership } from "./access.ts";

/** What a provider may vouch for: identifiers such as `orgnr:2021005521`, `federation`, `operators`; or everything. */
export type Vouching = "*" | readonly string[];

/** For whom somebody stands in a role: the key of an agency's identifier, an operator, or the federation itself. */
export type Standing = { readonly role: Membership["role"]; readonly identifierKey: string | undefined };

/**
 * Whether a provider may vouch for somebody in that role. An agency must be named by its identifier; a coordinator needs
 * `federation` and an operator's person `operators`, since neither belongs to any one organisation.
 */
export const mayVouch = (allowed: Vouching, { role, identifierKey }: Standing): boolean => {
  if (allowed === "*") return true;
  if (role === "coordinator") return allowed.includes("federation");
  if (role === "operator") return allowed.includes("operators");
  return identifierKey !== undefined && allowed.includes(identifierKey);
};

/** The organisations that a provider names and may not vouch for. A bare value is read as an organisation number. */
export const vouchedWrongly = (allowed: Vouching, claimed: readonly string[]): readonly string[] =>
  allowed === "*"
    ? []
    : claimed.filter((name) => !allowed.includes(name.includes(":") ? name : `orgnr:${name.replaceAll("-", "")}`));
