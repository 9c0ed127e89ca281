import { canonicalJson } from "#lib/domain/canonical.ts";
import { termsDocument } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { named } from "#lib/reconcile/scene.fixture.ts";
import type { Sql } from "#lib/reconcile/world.fixture.ts";

export type Override = { readonly host: string; readonly port: number; readonly ca: string | null };

/** A federation in an otherwise empty database. */
export const putFederation = (sql: Sql, id: string) =>
  sql(
    `INSERT INTO federation (id, name, environment, epoch, terms, probe_name, created_at, version)
     VALUES ($1, 'Test', 'test', 1, '', 'probe.found.example', $2, 1)`,
    [id, systemClock.now()],
  );

/** A homeserver that someone has just added, of an agency of its own: nothing is known of it. */
export const addServer = async (
  sql: Sql,
  name: string,
  override?: Override,
): Promise<{ readonly id: string; readonly agency: string }> => {
  const [id, agency, now] = [newId(), newId(), systemClock.now()];
  await sql(
    `INSERT INTO agency (id, name_sv, name_en, scheme, identifier, member_class, country, state, approvers_required,
       version, created_at) VALUES ($1, $2, $2, 'other', $2, 'state_agency', 'SE', 'active', 1, 1, $3)`,
    [agency, name, now],
  );
  await sql(
    `INSERT INTO homeserver (id, server_name, platform, override_host, override_port, override_ca, mode, identity_state,
       version, created_at) VALUES ($1, $2, 'synapse', $3, $4, $5, 'enforce', 'unknown', 1, $6)`,
    [id, name, override?.host ?? null, override?.port ?? null, override?.ca ?? null, now],
  );
  await sql(`INSERT INTO homeserver_agency VALUES ($1, $2)`, [id, agency]);
  return { id, agency };
};

export type Party = { readonly id: string; readonly agency: string; readonly name: string };

/** An agreement between two homeservers' agencies, agreed by both. */
export const putAgreement = async (sql: Sql, federation: string, home: Party, partner: Party): Promise<string> => {
  const [id, now] = [newId(), systemClock.now()];
  const terms = canonicalJson(
    termsDocument(federation, {
      purpose: "chat",
      parties: { home: [`other:${home.agency}`], partner: [`other:${partner.agency}`] },
      servers: { home: [named(home.name)], partner: [named(partner.name)] },
    }),
  );
  const digest = digestOfBytes(terms);
  await sql(`INSERT INTO agreement (id, stage, created_at, version) VALUES ($1, 'agreed', $2, 1)`, [id, now]);
  await sql(
    `INSERT INTO agreement_version (id, agreement_id, number, terms, digest, created_by, at) VALUES ($1,$2,1,$3,$4,$5,$6)`,
    [newId(), id, terms, digest, newId(), now],
  );
  const sides = [
    ["home", home, ["request", "endorse"]],
    ["partner", partner, ["accept"]],
  ] as const;
  for (const [side, party, kinds] of sides) {
    await sql(`INSERT INTO agreement_party VALUES ($1, $2, $3)`, [id, party.agency, side]);
    await sql(`INSERT INTO agreement_server VALUES ($1, 1, $2, $3)`, [id, party.id, side]);
    for (const kind of kinds)
      await sql(
        `INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, person_id, at)
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8)`,
        [newId(), id, digest, side, party.agency, kind, newId(), now],
      );
  }
  return id;
};
