import { newId } from "#lib/platform/ids.ts";
import { type Insert, type Scene, SIDES } from "./rights-scene.fixture.ts";

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
  for (const side of SIDES) {
    const webhook_id = newId();
    const made = {
      url: "https://x.example",
      kinds: "{decide}",
      sealed: "s",
      created_by: person.approver,
      created_at: 1,
    };
    await insert("webhook", { id: webhook_id, agency_id: agency[side], ...made });
    const event = { message_id: "m", kind: "decide", subject: "s", cause: "c", at: 1 };
    await insert("webhook_delivery", { id: newId(), webhook_id, ...event });
  }
};
