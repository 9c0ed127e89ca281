import type pg from "pg";
import type { Actor } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";

const AT = 1_790_000_000_000;

/** A federation with one person in it: its coordinator, signed in. */
export const plantCoordinator = async (admin: pg.Client): Promise<Actor> => {
  const [person, pseudonym] = [idOf("per", newId()), newId()];
  await admin.query(
    `INSERT INTO federation (id, name, environment, epoch, terms, probe_name, created_at)
     VALUES ('bench.tillit.example', 'Bench', 'test', 1, '', 'probe.tillit.example', $1)`,
    [AT],
  );
  await admin.query(`INSERT INTO person (id, pseudonym, locale, created_at) VALUES ($1, $2, 'sv', $3)`, [
    person,
    pseudonym,
    AT,
  ]);
  await admin.query(
    `INSERT INTO membership (id, person_id, role, state, created_at) VALUES ($1, $2, 'coordinator', 'active', $3)`,
    [newId(), person, AT],
  );
  return {
    person,
    pseudonym,
    memberships: [{ role: "coordinator" }],
    credential: { kind: "oidc", issuer: "https://issuer.example", acr: undefined },
    locale: "sv",
    traceId: newTraceId(),
  };
};
