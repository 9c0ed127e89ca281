import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** What the federation demands of all, and whom it has barred. */
export const putRules = async (insert: Insert, { person }: Scene): Promise<void> => {
  const by = { person_id: person.coordinator, at: 1 };
  await insert("minimum_rules", { number: 1, clauses: "[]", ...by });
  const lifted = { lifted_by: person.coordinator, lifted_at: 2 };
  await insert("barred", { id: newId(), kind: "server_name", value: "evil.example", reason: "r", ...by, ...lifted });
};
