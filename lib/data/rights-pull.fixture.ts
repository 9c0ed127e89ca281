import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** Two agreements on paper: of A and B, which A has confirmed, and of B and C. */
export const putImports = async (insert: Insert, { agency, person }: Scene): Promise<void> => {
  const batch_id = newId();
  await insert("import_batch", {
    id: batch_id,
    digest: "d",
    rows: 2,
    left_out: 0,
    created_by: person.coordinator,
    created_at: 1,
  });
  const row = { batch_id, terms: "{}", digest: "d" };
  await insert("import_row", { ...row, line: 2, home_id: agency.a, partner_id: agency.b });
  await insert("import_row", { ...row, line: 3, home_id: agency.b, partner_id: agency.c });
  for (const [agency_id, rows] of [
    [agency.a, 1],
    [agency.b, 2],
    [agency.c, 1],
  ] as const)
    await insert("import_party", { batch_id, agency_id, rows, digest: "d", approvers_required: 1 });
  await insert("import_act", {
    id: newId(),
    batch_id,
    kind: "confirm",
    agency_id: agency.a,
    person_id: person.approver,
    digest: "d",
    left_out: "{}",
    at: 1,
  });
};
