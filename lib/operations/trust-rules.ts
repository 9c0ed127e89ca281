import { type FederationRecord, readFederationRow } from "#lib/data/rules.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, type DecisionRules, decidingRefusal, hasRole } from "#lib/domain/access.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import type { Move } from "#lib/domain/trust.ts";
import { settings } from "#lib/platform/env.ts";

/** Moves by which a door may open or open again: they need the federation's required level of sign-in. */
const OPENING: ReadonlySet<Move> = new Set<Move>(["endorse", "accept", "resume", "reconsent"]);

/** Whether the person's role in that agency reaches for the move. Administrators ask and withdraw; approvers decide. */
export const mayMove = (actor: Actor, agency: AgencyId, move: Move): boolean =>
  move === "withdraw" ? hasRole(actor, agency, "administrator", "approver") : hasRole(actor, agency, "approver");

/** What the federation demands of a session that decides. */
export const rulesOf = async (
  tx: Tx,
): Promise<DecisionRules & { readonly federation: FederationRecord | undefined }> => {
  const federation = await readFederationRow(tx);
  return { federation, requiredAcr: federation?.requiredAcr, oidcConfigured: settings().oidcProviders.length > 0 };
};

/** Why this session may not make the move; shutting a door never waits for a stronger sign-in, but is never a token's. */
export const sessionRefusal = (actor: Actor, move: Move, rules: DecisionRules): ErrorCode | undefined =>
  decidingRefusal(actor, OPENING.has(move) ? rules : { ...rules, requiredAcr: undefined });

/** The level of the sign-in, as recorded beside a decision. */
export const acrOf = ({ credential }: Actor): string | undefined =>
  credential.kind === "oidc" ? credential.acr : undefined;
