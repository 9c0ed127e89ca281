import type { DecisionKind } from "./trust.ts";

/** What the log knows. `trust.*` are the decisions; the rest each name the noun and what befell it. */
export type AuditKind =
  | `trust.${DecisionKind}`
  | "federation.set_up"
  | "federation.updated"
  | "agency.invited"
  | "agency.updated"
  | "agency.activated"
  | "agency.suspended"
  | "agency.contacts_changed"
  | "homeserver.added"
  | "homeserver.updated"
  | "homeserver.discovered"
  | "homeserver.keys_pinned"
  | "homeserver.identity_changed"
  | "homeserver.mode_changed"
  | "change.proposed"
  | "change.approved"
  | "change.rejected"
  | "list.signed"
  | "list.applied"
  | "list.held"
  | "list.released"
  | "drift.found"
  | "drift.removed"
  | "alarm.open"
  | "keyset.issued"
  | "person.signed_in"
  | "person.signed_out"
  | "person.disabled"
  | "person.enabled"
  | "person.erased"
  | "membership.granted"
  | "membership.ended"
  | "invitation.created"
  | "invitation.redeemed"
  | "invitation.revoked"
  | "token.created"
  | "token.revoked"
  | "link.created"
  | "link.redeemed"
  | "audit.exported"
  | "request.refused";

/** What was attempted stands too: a refusal of a signed-in person leaves its row and nothing else. */
export const AUDIT_OUTCOMES = ["done", "refused"] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];
