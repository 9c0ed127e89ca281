import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

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
