import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** What the federation demands of all, and whom it has barred. */
export const putRules = async (insert: Insert, { agency, person }: Scene): Promise<void> => {
  const by = { person_id: person.coordinator, at: 1 };
  await insert("minimum_rules", { number: 1, clauses: "[]", ...by });
  for (const [side, proposer, approver] of [
    ["a", "administrator", "approver"],
    ["b", "stranger", "partner"],
  ] as const)
    await insert("approval_rule", {
      id: newId(),
      agency_id: agency[side],
      number: 1,
      direction: "incoming",
      clauses: '[{"kind":"trial"}]',
      owner_id: person[approver],
      ends_at: 9,
      proposed_by: person[proposer],
      proposed_at: 1,
      approved_by: person[approver],
      approved_at: 2,
    });
  for (const side of ["a", "b"] as const)
    await insert("agency_level_names", { agency_id: agency[side], number: 1, names: '{"","","",""}' });
  for (const side of ["a", "b"] as const)
    await insert("agreement_templates", {
      owner_id: agency[side],
      agency_id: agency[side],
      number: 1,
      templates: "[]",
    });
  const nil = "00000000-0000-0000-0000-000000000000";
  await insert("agreement_templates", { owner_id: nil, agency_id: null, number: 1, templates: "[]" });
  const lifted = { lifted_by: person.coordinator, lifted_at: 2 };
  await insert("barred", { id: newId(), kind: "server_name", value: "evil.example", reason: "r", ...by, ...lifted });
};
