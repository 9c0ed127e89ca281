import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** The federation's terms, accepted by two agencies. */
export const putTerms = async (insert: Insert, { agency, person }: Scene): Promise<void> => {
  await insert("terms_version", { number: 1, text: "t", digest: "d", at: 1 });
  for (const [agency_id, person_id] of [
    [agency.a, person.approver],
    [agency.b, person.partner],
  ] as const)
    await insert("terms_acceptance", {
      agency_id,
      number: 1,
      digest: "d",
      person_id,
      authority: "a",
      diarienummer: "1",
      at: 1,
    });
};
