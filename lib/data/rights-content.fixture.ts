import { newId } from "#lib/platform/ids.ts";
import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** New terms that were proposed in each of the two agreements. */
export const putContent = async (insert: Insert, { agency, agreement, person }: Scene): Promise<void> => {
  for (const [which, home, who] of [
    ["ab", "a", "approver"],
    ["bc", "b", "partner"],
  ] as const)
    await insert("amendment_act", {
      id: newId(),
      agreement_id: agreement[which],
      kind: "propose",
      number: 2,
      digest: "d",
      terms: "{}",
      side: "home",
      agency_id: agency[home],
      person_id: person[who],
      at: 1,
    });
  for (const [which, home, who] of [
    ["ab", "a", "approver"],
    ["bc", "b", "partner"],
  ] as const) {
    const said = {
      agreement_id: agreement[which],
      agency_id: agency[home],
      person_id: person[who],
      digest: "d",
      at: 1,
    };
    const id = newId();
    await insert("question_act", { id, question_id: id, kind: "ask", side: "home", text: "?", ...said });
    await insert("opinion", { id: newId(), subject: "security", stance: "favours", ...said });
  }
  for (const [which, home, who] of [
    ["ab", "a", "administrator"],
    ["bc", "b", "partner"],
  ] as const)
    await insert("agency_consent", {
      id: newId(),
      agreement_id: agreement[which],
      agency_id: agency[home],
      person_id: person[who],
      signer: "orgnr:1",
      digest: "d",
      from_at: 1,
      until_at: 2,
      key_id: "k",
      key: "k",
      signatures: "[]",
      at: 1,
    });
};
