import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** A and B are members of a circle that A drafted and has consented to. */
export const putGroups = async (insert: Insert, { agency, agreement, person }: Scene): Promise<void> => {
  const group_id = newId();
  await insert("trust_group", {
    id: group_id,
    kind: "circle",
    name: "n",
    document: "{}",
    digest: "d",
    maker_agency: agency.a,
    created_by: person.administrator,
    created_at: 1,
  });
  for (const agency_id of [agency.a, agency.b])
    await insert("trust_group_member", {
      group_id,
      agency_id,
      approvers_required: 1,
      servers: "{x.example}",
      digest: "d",
      since: 1,
    });
  await insert("trust_group_act", {
    id: newId(),
    group_id,
    kind: "consent",
    agency_id: agency.a,
    person_id: person.approver,
    digest: "d",
    at: 1,
  });
  await insert("trust_group_pair", { group_id, a_id: agency.a, b_id: agency.b, agreement_id: agreement.ab });
};

/** B stopped by itself, and everywhere as an exercise. */
export const putStops = async (insert: Insert, { agency, person }: Scene): Promise<void> => {
  const stop = { agency_id: agency.b, started_at: 1, reason: "r" };
  await insert("emergency_stop", { ...stop, id: newId(), scope: "own", exercise: false, started_by: person.partner });
  await insert("emergency_stop", {
    ...stop,
    id: newId(),
    scope: "federation",
    exercise: true,
    started_by: person.coordinator,
  });
};
