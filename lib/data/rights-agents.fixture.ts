import { newId } from "#lib/platform/ids.ts";
import type { Insert } from "./rights-scene.fixture.ts";

/** A program that asks for the list of that enforcement point, a code that waits, and a question asked. */
export const putAgent = async (insert: Insert, enforcement_point_id: string): Promise<void> => {
  await insert("agent", {
    enforcement_point_id,
    key_id: "ed25519:agent-00000000",
    key: "k",
    software: "s",
    enrolled_at: 1,
  });
  await insert("enrolment_code", {
    id: newId(),
    enforcement_point_id,
    code_hash: newId(),
    made_by: newId(),
    at: 1,
    expires_at: 2,
  });
  await insert("agent_nonce", { enforcement_point_id, nonce: "n", at: 1 });
};
