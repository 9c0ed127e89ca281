import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** What two people were told, and how they chose to be told. */
export const putTold = async (insert: Insert, { agency, person }: Scene): Promise<void> => {
  for (const [who, agency_id] of [
    ["approver", agency.a],
    ["partner", agency.b],
  ] as const) {
    const person_id = person[who];
    await insert("notice", {
      id: newId(),
      person_id,
      agency_id,
      role: "approver",
      kind: "decide",
      cause: "c",
      subject: "s",
      at: 1,
    });
    await insert("notice_choice", { person_id, digest_hour: 7, how: "{}" });
  }
};
