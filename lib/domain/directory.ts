/** The words of the member directory: closed sets, used by the schema, the contracts and the pages alike. */
export const ENVIRONMENTS = ["demo", "test", "production"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const MEMBER_CLASSES = [
  "state_agency",
  "region",
  "municipality",
  "care_provider",
  "other_public_body",
  "private_partner",
] as const;
export type MemberClass = (typeof MEMBER_CLASSES)[number];

export const AGENCY_STATES = ["invited", "active", "suspended", "left"] as const;
export type AgencyState = (typeof AGENCY_STATES)[number];

/** At least one `incident` contact is required before an agency becomes active (Cybersäkerhetslagen 2025:1506). */
export const CONTACT_KINDS = ["technical", "security", "legal", "incident"] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];

export const PLATFORMS = [
  "synapse",
  "element_ess",
  "rocketchat",
  "mattermost",
  "tuwunel",
  "continuwuity",
  "dendrite",
  "other",
] as const;
export type Platform = (typeof PLATFORMS)[number];

/** `observe`: the portal signs what it would enforce, the server changes nothing. `enforce`: the list is in force. */
export const MODES = ["observe", "enforce"] as const;
export type Mode = (typeof MODES)[number];

/** What a server does when its list has grown stale: keep what it has, or shut (signed documents, `when_stale`). */
export const ON_STALE = ["keep", "shut"] as const;
export type OnStale = (typeof ON_STALE)[number];

/** Whether the server's Matrix keys are the ones its agency knows. `changed` holds its agreements. */
export const IDENTITY_STATES = ["unknown", "pinned", "changed"] as const;
export type IdentityState = (typeof IDENTITY_STATES)[number];

/** What an active agency's own approver must agree to before it takes effect. */
export const CHANGE_KINDS = [
  "server_name",
  "pinned_keys",
  "override",
  "country",
  "approver_role",
  "approvers_required",
  "homeserver_added",
  "enforcement_point",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const CHANGE_STATES = ["open", "approved", "rejected"] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** The steps by which a homeserver is found, in their order (Matrix server-server API, "Resolving server names"). */
export const DISCOVERY_STEPS = ["name", "well_known", "srv", "address", "tls", "version", "keys"] as const;
export type DiscoveryStep = (typeof DISCOVERY_STEPS)[number];

/** How to mend what finding a homeserver ran into; each is a sentence on its page (`fixes.<code>` in the messages). */
export const FIX_CODES = [
  "fix_dns",
  "fix_listener",
  "fix_certificate",
  "fix_private_address",
  "fix_well_known",
  "fix_redirect",
  "fix_slow",
  "fix_not_matrix",
  "fix_keys",
  "fix_egress_proxy",
] as const;
export type FixCode = (typeof FIX_CODES)[number];

/**
 * What befalls an agreement when a server of its shows a key that no pinned key has signed: held until all consent again,
 * or, where every party chose so beforehand, only said.
 */
export const IDENTITY_CHOICES = ["hold", "warn"] as const;
export type IdentityChoice = (typeof IDENTITY_CHOICES)[number];
