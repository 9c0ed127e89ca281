import type { AgencyId, OperatorId, PersonId } from "./ids.ts";

/** `coordinator` belongs to the federation, `operator` to an operator, the others to one agency. */
export const ROLES = ["coordinator", "administrator", "approver", "auditor", "operator"] as const;
export type Role = (typeof ROLES)[number];

export type Membership =
  | { readonly role: "coordinator" }
  | { readonly role: "administrator" | "approver" | "auditor"; readonly agency: AgencyId }
  | { readonly role: "operator"; readonly operator: OperatorId };

/** How a person came in. `link`: by a one-time link. `token`: a personal API token, which never decides. */
export type Credential =
  | { readonly kind: "oidc"; readonly issuer: string; readonly acr: string | undefined }
  | { readonly kind: "link" }
  | { readonly kind: "token"; readonly scopes: readonly Scope[] };

export const SCOPES = [
  "directory:read",
  "directory:write",
  "agreements:read",
  "agreements:write",
  "audit:read",
  // Stands in an address that a calendar keeps: it reaches nothing but the ends of agreements.
  "calendar:read",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who acts. Made only in `lib/auth` (from a request) and in tests; every operation takes it first. */
export type Actor = {
  readonly person: PersonId;
  /** Stands in the audit log in the person's place; the link to a name can be erased. */
  readonly pseudonym: string;
  readonly memberships: readonly Membership[];
  readonly credential: Credential;
  readonly locale: "sv" | "en";
  readonly traceId: string;
};

/** What the federation demands of a session that decides. */
export type DecisionRules = { readonly requiredAcr: string | undefined; readonly oidcConfigured: boolean };

export const isCoordinator = (actor: Actor): boolean => actor.memberships.some(({ role }) => role === "coordinator");

/** Whether the actor holds one of the roles in that agency. */
export const hasRole = (actor: Actor, agency: AgencyId, ...roles: readonly Role[]): boolean =>
  actor.memberships.some((held) => "agency" in held && held.agency === agency && roles.includes(held.role));

/** The agencies in which the actor holds any of the roles (any role at all, where none is named). */
export const agenciesOf = (actor: Actor, ...roles: readonly Role[]): readonly AgencyId[] => [
  ...new Set(
    actor.memberships.flatMap((held) =>
      "agency" in held && (roles.length === 0 || roles.includes(held.role)) ? [held.agency] : [],
    ),
  ),
];

/** The operators for which the actor works. */
export const operatorsOf = (actor: Actor): readonly OperatorId[] =>
  actor.memberships.flatMap((held) => (held.role === "operator" ? [held.operator] : []));

export type DecidingRefusal = "tokens_never_decide" | "acr_too_low" | "link_session_cannot_decide";

/**
 * Whether this session may decide (endorse, accept, enforce, release and the like).
 * A token never does. A required level must be matched exactly, since providers sign in at a lower level than was asked
 * without an error; a session begun by a link decides only where the federation sets no level.
 */
export const decidingRefusal = ({ credential }: Actor, rules: DecisionRules): DecidingRefusal | undefined => {
  if (credential.kind === "token") return "tokens_never_decide";
  if (rules.requiredAcr === undefined) return undefined;
  if (credential.kind === "link") return "link_session_cannot_decide";
  return credential.acr === rules.requiredAcr ? undefined : "acr_too_low";
};

/** Whether the credential reaches: an interactive session always, a token by its scopes. */
export const reaches = ({ credential }: Actor, scope: Scope): boolean =>
  credential.kind !== "token" || credential.scopes.includes(scope);
