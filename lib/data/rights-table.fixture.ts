type Reach = {
  readonly read: readonly number[];
  readonly change?: readonly number[];
  readonly delete?: readonly number[];
};

/**
 * How many rows of {@link fillTables} each of {@link ACTORS} reaches in each table; change and delete are none where not
 * said. A's administrator, approver and auditor; B's approver; C's administrator; coordinator, operator of A's server,
 * somebody without a role, nobody.
 */
export const RIGHTS: Readonly<Record<string, Reach>> = {
  agency: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0], change: [1, 1, 0, 1, 1, 3, 0, 0, 0] },
  agency_consent: { read: [1, 1, 1, 2, 1, 0, 0, 0, 0] },
  agency_contact: {
    read: [3, 3, 3, 3, 3, 3, 3, 0, 0],
    change: [1, 1, 0, 1, 1, 3, 0, 0, 0],
    delete: [1, 1, 0, 1, 1, 3, 0, 0, 0],
  },
  agent: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0], delete: [1, 1, 0, 1, 1, 0, 0, 0, 0] },
  agent_nonce: { read: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
  agreement: { read: [1, 1, 1, 2, 1, 2, 0, 0, 0], change: [1, 1, 0, 2, 1, 0, 0, 0, 0] },
  agreement_party: { read: [2, 2, 2, 4, 2, 4, 0, 0, 0] },
  agreement_server: { read: [2, 2, 2, 4, 2, 0, 0, 0, 0] },
  agreement_templates: { read: [2, 2, 2, 2, 1, 1, 1, 0, 0], change: [1, 0, 0, 0, 0, 1, 0, 0, 0] },
  agreement_version: { read: [1, 1, 1, 2, 1, 0, 0, 0, 0] },
  question_act: { read: [1, 1, 1, 2, 1, 0, 0, 0, 0] },
  opinion: { read: [1, 1, 1, 1, 0, 0, 0, 0, 0] },
  amendment_act: { read: [1, 1, 1, 2, 1, 0, 0, 0, 0] },
  api_token: {
    read: [1, 1, 1, 1, 1, 1, 1, 1, 0],
    change: [1, 1, 1, 1, 1, 1, 1, 1, 0],
    delete: [1, 1, 1, 1, 1, 1, 1, 1, 0],
  },
  agency_level_names: { read: [2, 2, 2, 2, 2, 2, 2, 0, 0], change: [1, 0, 0, 0, 0, 0, 0, 0, 0] },
  agency_review: { read: [1, 1, 1, 0, 0, 1, 0, 0, 0] },
  person_seen: { read: [3, 1, 1, 1, 1, 8, 1, 1, 0] },
  application: { read: [0, 0, 0, 0, 0, 1, 0, 0, 0], change: [0, 0, 0, 0, 0, 1, 0, 0, 0] },
  audit: { read: [2, 2, 2, 1, 1, 4, 0, 0, 0] },
  audit_detail: { read: [2, 2, 2, 1, 1, 3, 0, 0, 0] },
  audit_head: { read: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
  // What everyone must keep to is everyone's to read; who is barred is the coordinator's.
  minimum_rules: { read: [1, 1, 1, 1, 1, 1, 1, 0, 0] },
  approval_rule: { read: [1, 1, 1, 1, 0, 0, 0, 0, 0], change: [0, 1, 0, 1, 0, 0, 0, 0, 0] },
  barred: { read: [0, 0, 0, 0, 0, 1, 0, 0, 0], change: [0, 0, 0, 0, 0, 1, 0, 0, 0] },
  change_proposal: { read: [1, 1, 1, 1, 1, 3, 0, 0, 0], change: [0, 1, 0, 1, 0, 0, 0, 0, 0] },
  credential: {
    read: [1, 1, 1, 1, 1, 0, 1, 0, 0],
    delete: [1, 1, 0, 1, 1, 0, 0, 0, 0],
  },
  conformance_report: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0] },
  deliberate_cut: { read: [1, 1, 1, 1, 1, 0, 0, 0, 0] },
  diagnosis: { read: [2, 2, 2, 4, 2, 4, 2, 0, 0] },
  drift: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0] },
  path_probe: { read: [2, 2, 2, 4, 2, 0, 2, 0, 0] },
  surroundings: { read: [1, 1, 1, 1, 1, 0, 0, 0, 0] },
  decision: { read: [1, 1, 1, 2, 1, 0, 0, 0, 0] },
  discovery_step: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0] },
  // B stopped itself, and is stopped in an exercise everywhere; nothing is agreed yet, so no partner hears of it.
  emergency_stop: { read: [0, 0, 0, 2, 0, 2, 0, 0, 0], change: [0, 0, 0, 1, 0, 1, 0, 0, 0] },
  enforcement_point: {
    read: [1, 1, 1, 1, 1, 3, 1, 0, 0],
    change: [1, 1, 0, 1, 1, 3, 0, 0, 0],
    delete: [1, 1, 0, 1, 1, 3, 0, 0, 0],
  },
  enrolment_code: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0], delete: [1, 1, 0, 1, 1, 0, 0, 0, 0] },
  evidence: { read: [2, 2, 2, 4, 2, 0, 2, 0, 0] },
  federation: { read: [1, 1, 1, 1, 1, 1, 1, 0, 0], change: [0, 0, 0, 0, 0, 1, 0, 0, 0] },
  homeserver: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0], change: [1, 1, 0, 1, 1, 3, 0, 0, 0] },
  homeserver_agency: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0] },
  firewall_tick: { read: [2, 2, 2, 4, 2, 0, 0, 0, 0] },
  homeserver_network: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0], delete: [1, 1, 0, 1, 1, 0, 0, 0, 0] },
  homeserver_key: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0], change: [0, 1, 0, 1, 0, 0, 0, 0, 0] },
  identity_choice: { read: [2, 2, 2, 4, 2, 0, 0, 0, 0], change: [0, 1, 0, 1, 0, 0, 0, 0, 0] },
  idempotency_key: {
    read: [1, 1, 1, 1, 1, 1, 1, 1, 0],
    change: [1, 1, 1, 1, 1, 1, 1, 1, 0],
    delete: [1, 1, 1, 1, 1, 1, 1, 1, 0],
  },
  identity: { read: [1, 1, 1, 1, 1, 1, 1, 1, 0] },
  invitation: {
    read: [1, 0, 0, 0, 1, 3, 0, 0, 0],
    change: [1, 0, 0, 0, 1, 3, 0, 0, 0],
    delete: [1, 0, 0, 0, 1, 3, 0, 0, 0],
  },
  list_head: { read: [3, 3, 3, 3, 3, 3, 3, 0, 0] },
  list_plan: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0] },
  list_release: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0] },
  membership: { read: [3, 3, 3, 1, 1, 7, 1, 0, 0], change: [3, 0, 0, 0, 1, 0, 0, 0, 0] },
  // A's approver and B's approver have each been told something; both have chosen.
  notice: { read: [0, 1, 0, 1, 0, 0, 0, 0, 0], change: [0, 1, 0, 1, 0, 0, 0, 0, 0] },
  name_proof: { read: [1, 1, 1, 1, 1, 3, 1, 0, 0], change: [1, 1, 0, 1, 1, 3, 0, 0, 0] },
  notice_choice: {
    read: [0, 1, 0, 1, 0, 0, 0, 0, 0],
    change: [0, 1, 0, 1, 0, 0, 0, 0, 0],
    delete: [0, 1, 0, 1, 0, 0, 0, 0, 0],
  },
  operator: { read: [1, 1, 1, 1, 1, 1, 1, 0, 0], change: [0, 0, 0, 0, 0, 1, 0, 0, 0] },
  person: { read: [8, 8, 8, 8, 8, 8, 8, 0, 0] },
  person_name: { read: [8, 8, 8, 8, 8, 8, 8, 0, 0] },
  receipt: { read: [1, 1, 1, 1, 1, 0, 1, 0, 0] },
  sealing_key: { read: [1, 1, 1, 1, 1, 1, 1, 1, 0] },
  session: { read: [1, 1, 1, 1, 1, 1, 1, 1, 0], delete: [1, 1, 1, 1, 1, 1, 1, 1, 0] },
  sign_in_link: { read: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
  signed_document: { read: [2, 2, 2, 2, 2, 1, 2, 0, 0] },
  // An agency sees its own rows of a batch, whom it meets in them, and what those have said.
  import_batch: { read: [1, 1, 1, 1, 1, 1, 0, 0, 0], change: [0, 1, 0, 1, 0, 1, 0, 0, 0] },
  import_row: { read: [1, 1, 1, 2, 1, 2, 0, 0, 0] },
  import_party: { read: [2, 2, 2, 3, 2, 3, 0, 0, 0] },
  import_act: { read: [1, 1, 1, 1, 0, 1, 0, 0, 0] },
  // A and B are members of a circle; pairs are for the two alone.
  trust_group: { read: [1, 1, 1, 1, 0, 1, 0, 0, 0], change: [1, 1, 0, 1, 0, 1, 0, 0, 0] },
  trust_group_member: { read: [2, 2, 2, 2, 0, 2, 0, 0, 0] },
  trust_group_act: { read: [1, 1, 1, 1, 0, 1, 0, 0, 0] },
  trust_group_pair: { read: [1, 1, 1, 1, 0, 0, 0, 0, 0] },
  terms_version: { read: [1, 1, 1, 1, 1, 1, 1, 0, 0] },
  terms_acceptance: { read: [1, 1, 1, 1, 0, 2, 0, 0, 0] },
  webhook: {
    read: [1, 1, 1, 1, 1, 0, 0, 0, 0],
    change: [1, 0, 0, 0, 1, 0, 0, 0, 0],
    delete: [1, 0, 0, 0, 1, 0, 0, 0, 0],
  },
  webhook_delivery: { read: [1, 1, 1, 1, 1, 0, 0, 0, 0] },
  worker_heartbeat: { read: [1, 1, 1, 1, 1, 1, 1, 1, 1] },
};
