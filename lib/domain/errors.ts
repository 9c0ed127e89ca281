import type { DecidingRefusal } from "./access.ts";
import type { RuleRefusal } from "./approval-rule.ts";
import type { StopRefusal } from "./emergency.ts";
import type { IdentifierError } from "./identifier.ts";
import type { TextFault } from "./plain-text.ts";
import type { ClauseKind } from "./rules.ts";
import type { MoveRefusal } from "./trust.ts";

/** Every refusal the product can answer. Each has a status, a problem type and a sentence in both languages. */
export type ErrorCode =
  | MoveRefusal
  | DecidingRefusal
  | IdentifierError
  | TextFault
  | `minimum_${ClauseKind}`
  | "minimum_rules_broken"
  | "barred"
  | "agency_unknown"
  | "server_shared"
  | "invalid_date"
  | "import_unsound"
  | "barred_already"
  | RuleRefusal
  | "rule_too_long"
  | "owner_not_approver"
  | "dry_run_changed"
  | "agency_left"
  | "terms_replaced"
  | "terms_accepted_already"
  | "value_missing"
  | "value_too_long"
  | "invalid_email"
  | "unknown_choice"
  | "duplicate_in_file"
  | "file_unreadable"
  | "column_missing"
  | "column_unknown"
  | "too_many_rows"
  | "file_faulty"
  | "file_changed"
  | "token_invites_nobody"
  | StopRefusal
  | "stop_stands_already"
  | "reach_changed"
  | "invalid_input"
  | "invalid_json"
  | "invalid_id"
  | "invalid_cursor"
  | "agent_not_chosen"
  | "root_keys_missing"
  | "invalid_server_name"
  | "body_too_large"
  | "wrong_content_type"
  | "wrong_origin"
  | "not_signed_in"
  | "not_permitted"
  | "scope_missing"
  | "not_found"
  | "method_not_allowed"
  | "preview_changed"
  | "stale_version"
  | "precondition_required"
  | "idempotency_conflict"
  | "duplicate_identifier"
  | "duplicate_server_name"
  | "incident_contact_required"
  | "agency_not_active"
  | "request_to_self"
  | "agency_without_server"
  | "question_open"
  | "question_closed"
  | "group_member_without_server"
  | "port_name_with_rocketchat"
  | "request_already_open"
  | "end_before_start"
  | "classification_too_high"
  | "security_protected_refused"
  | "trial_too_long"
  | "nothing_amended"
  | "not_decided"
  | "consent_unsignable"
  | "consent_unreadable"
  | "consent_mismatch"
  | "change_not_open"
  | "change_waits"
  | "nothing_held"
  | "no_list_before"
  | "hold_changed"
  | "denied_at_server"
  | "second_person_needed"
  | "own_change"
  | "credential_not_needed"
  | "credential_fields_wrong"
  | "credential_not_on_trial"
  | "base_url_required"
  | "sealing_key_missing"
  | "invalid_network"
  | "firewall_lines_changed"
  | "invitation_invalid"
  | "link_invalid"
  | "already_set_up"
  | "person_disabled"
  | "provider_may_not_vouch"
  | "notice_mandatory"
  | "webhook_url_wrong"
  | "webhook_off"
  | "date_passed"
  | "too_many_applications"
  | "application_decided"
  | "too_many_webhooks"
  | "last_approver"
  | "last_coordinator"
  | "sign_in_failed"
  | "provider_away"
  | "unavailable"
  | "internal";

/** Facts that a sentence names. Never secrets; never what the reader may not know. */
export type RefusalParams = Readonly<Record<string, string | number>>;

/** Which input was at fault, as a path of the request body: `homeservers.0.serverName`. */
export type FieldFault = { readonly path: string; readonly code: ErrorCode; readonly params?: RefusalParams };

export type Refusal = {
  readonly code: ErrorCode;
  readonly params?: RefusalParams;
  readonly fields?: readonly FieldFault[];
  /** A page of the portal where the reader gets further: the existing request, the changed terms. */
  readonly link?: string;
};

/** A refusal by its code alone, or with what its sentence names. */
export const refusal = (code: ErrorCode, more: Omit<Refusal, "code"> = {}): Refusal => ({ code, ...more });
