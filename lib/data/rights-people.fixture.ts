import { newId } from "#lib/platform/ids.ts";
import { type Insert, PEOPLE, type PersonName, type Row, type Scene, SIDES } from "./rights-scene.fixture.ts";

/** Persons, their roles and all that belongs to a person alone. */
export const putPeople = async (insert: Insert, { agency, person, operator }: Scene): Promise<void> => {
  const roles = {
    administrator: { role: "administrator", agency_id: agency.a },
    approver: { role: "approver", agency_id: agency.a },
    auditor: { role: "auditor", agency_id: agency.a },
    partner: { role: "approver", agency_id: agency.b },
    foreign: { role: "administrator", agency_id: agency.c },
    coordinator: { role: "coordinator" },
    operator: { role: "operator", operator_id: operator },
    stranger: undefined,
  } as const satisfies Record<PersonName, Row | undefined>;
  for (const name of PEOPLE) {
    const person_id = person[name];
    await insert("person", { id: person_id, pseudonym: person_id, locale: "sv", created_at: 1 });
    await insert("person_name", { person_id, name });
    await insert("identity", { issuer: "https://issuer.example", subject: name, person_id });
    await insert("session", { token_hash: name, person_id, method: "link", created_at: 1, expires_at: 2 });
    await insert("sign_in_link", {
      id: newId(),
      token_hash: name,
      person_id,
      purpose: "sign_in",
      delivered: "smtp",
      created_at: 1,
      expires_at: 2,
    });
    await insert("api_token", {
      id: newId(),
      person_id,
      name,
      prefix: name,
      token_hash: name,
      scopes: "{}",
      created_at: 1,
      expires_at: 2,
    });
    await insert("idempotency_key", {
      person_id,
      key: "k",
      route: "r",
      request_hash: "h",
      status: 200,
      response: "{}",
      at: 1,
    });
    const held = roles[name];
    if (held !== undefined)
      await insert("membership", { id: newId(), person_id, state: "active", created_at: 1, ...held });
  }
  for (const side of SIDES)
    await insert("invitation", {
      id: newId(),
      token_hash: side,
      agency_id: agency[side],
      role: "auditor",
      created_at: 1,
      expires_at: 2,
    });
};

/** One row of the log about A alone, one about A and B's agreement, one about C, and one about nobody. */
