import type { Insert, Scene } from "./rights-scene.fixture.ts";

/** An organisation that asks to join. */
const putApplication = (insert: Insert): Promise<void> =>
  insert("application", {
    id: "00000000-0000-7000-8000-0000000000aa",
    name: "n",
    scheme: "orgnr",
    identifier: "1",
    member_class: "state_agency",
    country: "SE",
    platform: "synapse",
    server_names: "{}",
    contact_name: "c",
    contact_email: "c@x.example",
    state: "open",
    at: 1,
  });

/** The federation's terms, accepted by two agencies, and an application to join. */
export const putTerms = async (insert: Insert, { agency, person }: Scene): Promise<void> => {
  await putApplication(insert);
  await insert("agency_review", {
    id: agency.a,
    agency_id: agency.a,
    kind: "people",
    person_id: person.approver,
    at: 1,
  });
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
